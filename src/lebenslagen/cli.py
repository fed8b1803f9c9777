"""The command line: a table of commands; libraries are imported by the command that needs them."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from lebenslagen.texts import LOCALE, N_, Texts, fault_text, printable, texts

TYPE_CHECKING = False  # typing, dataclasses and pathlib would double the time that --help takes
if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import NoReturn

    from lebenslagen.errors import Fault, Outcome
    from lebenslagen.project.store import Project

__all__ = ["COMMANDS", "Command", "main"]

NO_SPACE = 17
INTERRUPTED = 130
WRONG_CALL = 2

Options = argparse.Namespace


class Argument:
    """One argument of a command: its names, what it means, and argparse's own settings."""

    def __init__(self, *names: str, help: str, **settings: object) -> None:  # noqa: A002 - argparse's word
        self.names = names
        self.help = help
        self.settings = settings


class Command:
    """One command: what it does, its arguments, and an example of the right call."""

    def __init__(
        self, run: Callable[[Options, Texts], int], about: str, arguments: tuple[Argument, ...], example: str
    ) -> None:
        self.run = run
        self.help = about
        self.arguments = arguments
        self.example = example


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


DIR = Argument("directory", help=N_("folder of the project"), metavar="DIR", type=_path)
REPORT = Argument(
    "report", help=N_("key of the report; default: the latest"), metavar="REPORT", nargs="?", default=""
)
BY = Argument("--by", help=N_("who does it; default: the name of the account"), default="")
OUT = Argument(
    "--out", help=N_("folder for the result; default: ausgabe in the project"), type=_path, default=None
)


def say(text: str = "") -> None:
    """Write a line at once; signs that a terminal would take for commands are made visible.

    >>> say("Geschrieben: bericht.pdf")
    Geschrieben: bericht.pdf
    """
    sys.stdout.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
    sys.stdout.flush()


def _now() -> datetime:
    from datetime import datetime

    return datetime.now().astimezone()


def _who(options: Options) -> str:
    import getpass

    return str(options.by) or getpass.getuser()


def _project(options: Options) -> Project:
    from lebenslagen.project.store import Project

    return Project(options.directory)


def start(options: Options, t: Texts) -> int:
    """Make a project out of a starter and take over what it delivers."""
    from lebenslagen.project import start as starting

    for line in starting.start(
        options.directory,
        options.starter,
        options.deliveries,
        by=_who(options),
        at=_now(),
        language=t.language,
    ):
        say(line)
    say(t("Project ready: {folder}", folder=options.directory))
    say(t("Next: lebenslagen build {folder}", folder=options.directory))
    return 0


def deliver(options: Options, t: Texts) -> int:
    """Check a delivered file and take it over."""
    from lebenslagen.project import intake

    project = _project(options)
    with project.locked(_waiting(t)):
        check = intake.deliver(
            project,
            options.file,
            source=options.source,
            period=options.period,
            answers=intake.answers(options.answer),
            by=_who(options),
            at=_now(),
        )
    _print_faults(check.faults, t)
    say(
        t(
            "Taken over: {file} as “{source}” for {period}.",
            file=options.file.name,
            source=options.source,
            period=options.period,
        )
    )
    return 0


def check(options: Options, t: Texts) -> int:
    """Check a file without taking it over."""
    from lebenslagen.project import intake

    project = _project(options)
    result = intake.check(
        project,
        options.file,
        source=options.source,
        period=options.period,
        answers=intake.answers(options.answer),
    )
    marked = _marked_place(options)
    if marked and result.faults and not result.personal:
        intake.write_marked(result, marked, language=t.language)
    if options.json:
        import json

        say(json.dumps(_check_json(result.outcome, result.faults, t), ensure_ascii=False, indent=2))
    else:
        _print_faults(result.faults, t)
        if result.count > len(result.faults):
            say(t("{n} more remarks show once these are corrected.", n=result.count - len(result.faults)))
        say(t(OUTCOMES[result.outcome.name]))
        if marked and result.faults and not result.personal:
            say(t("Marked copy, for the supplier only: {file}", file=marked))
    return {"REJECT": 10, "ASK": 16}.get(result.outcome.name, 0)


def _marked_place(options: Options) -> Path | None:
    """Where the marked copy goes; it holds the supplier's own, unprotected values and says so in its name."""
    if options.marked or options.json:
        return options.marked
    return _path(str(options.directory)) / "pruefung" / f"INTERN-{options.file.stem}-markiert.xlsx"


OUTCOMES = {
    "ACCEPT": N_("The file can be taken over."),
    "WARN": N_("The file can be taken over; please read the remarks."),
    "ASK": N_("A question is open. Nothing was stored."),
    "REJECT": N_("The file cannot be taken over. Nothing was stored."),
}


def build(options: Options, t: Texts) -> int:
    """Compute everything that is declared; what is already computed is remembered."""
    from lebenslagen.project import build as building

    project = _project(options)
    with project.locked(_waiting(t)):
        for line in building.build(project, by=_who(options), at=_now(), t=t):
            say(line)
    return 0


def index(options: Options, t: Texts) -> int:
    """Write the classes of an index, one row an area."""
    from lebenslagen.project import build as building

    project = _project(options)
    with project.locked(_waiting(t)):
        path = building.write_index(project, options.name, options.period, options.csv)
    say(t("Written: {file}", file=path))
    if path != options.csv:
        say(t("The file holds unprotected values: for internal use only."))
    return 0


def release(options: Options, t: Texts) -> int:
    """Protect, attack and publish what a report shows; two persons."""
    from lebenslagen.project import publish

    project = _project(options)
    with project.locked(_waiting(t)):
        if options.withdraw:
            publish.withdraw(project, options.withdraw, by=_who(options), at=_now(), why=options.why)
            say(
                t(
                    "Withdrawn: {digest}. It stays in the ledger, and every later check counts it.",
                    digest=options.withdraw[:12],
                )
            )
            return 0
        for line in publish.release(
            project, options.report, by=_who(options), approved_by=options.approved_by, at=_now(), t=t
        ):
            say(line)
    return 0


def _write(options: Options, t: Texts, steps: Callable[..., Iterator[str]]) -> int:
    project = _project(options)
    with project.locked(_waiting(t)):
        for line in steps(project, options.report, out=options.out, t=t):
            say(line)
    return 0


def report(options: Options, t: Texts) -> int:
    """Write the report as PDF and HTML."""
    from lebenslagen.project import publish

    return _write(options, t, publish.report)


def atlas(options: Options, t: Texts) -> int:
    """Write the atlas: a static site."""
    from lebenslagen.project import publish

    return _write(options, t, publish.atlas)


def export(options: Options, t: Texts) -> int:
    """Write the released tables as CSV, XLSX, GeoPackage and GeoJSON."""
    from lebenslagen.project import publish

    return _write(options, t, publish.export)


def verify(options: Options, t: Texts) -> int:
    """Recompute every digest of the project."""
    from lebenslagen.errors import Outcome, worst

    faults = _project(options).verify()
    _print_faults(faults, t)
    if worst(faults) >= Outcome.REJECT:
        return 14
    say(t("All snapshots, releases and registers are as they were written."))
    return 0


def migrate(options: Options, t: Texts) -> int:
    """Bring an older project to the present schema; the old files are kept."""
    from lebenslagen.project.store import migrate as migrating

    done = migrating(options.directory, _now())
    say(t("Migrated: {steps}.", steps=", ".join(done)) if done else t("The project has the present schema."))
    return 0


def serve(options: Options, t: Texts) -> int:
    """Run the workplace on 127.0.0.1 until Ctrl-C: web and worker."""
    if options.static:
        from lebenslagen.project import serving

        return serving.serve(_project(options), options.port, say=say, t=t)
    from lebenslagen.web import serve as serving_web

    return serving_web.serve(_project(options).root, options.port, demo=options.demo, say=say, t=t)


def backup(options: Options, t: Texts) -> int:
    """Write files and database into one file while the program runs."""
    from lebenslagen.project import backup as backing
    from lebenslagen.web.backing import database

    project = _project(options)
    _print_faults(project.verify(), t)
    digest = backing.backup(
        project,
        options.file,
        database(project.root),
        at=_now(),
        version=_version().split()[-1],
        waiting=_waiting(t),
    )
    size = t.number(max(1, options.file.stat().st_size // 1024 // 1024))
    say(t("Backed up: {file} ({size} MB), read again and found whole.", file=options.file, size=size))
    say(t("Digest of its list of files: {digest}", digest=digest))
    say(t("It holds everything, secret key and unprotected counts too: encrypt it and keep it elsewhere."))
    return 0


def restore(options: Options, t: Texts) -> int:
    """Put a backup into an empty folder; what was purged since is purged again."""
    from lebenslagen.project import backup as backing
    from lebenslagen.web.backing import finish

    lines = backing.known_purgings(options.file, options.purged_in)
    made, gone = backing.restore(options.file, options.directory, lines=lines, finish=finish)
    at = _moment(made.at)
    say(
        t(
            "Restored: “{town}” as of {day}, {time}, in {folder}.",
            town=made.town,
            day=t.date(at.date()),
            time=f"{at:%H:%M}",
            folder=options.directory,
        )
    )
    for one in gone:
        say(
            t(
                "Purged again, as {by} and {other} had done: {source}, {period}.",
                by=one.by,
                other=one.confirmed_by,
                source=one.source,
                period=one.period,
            )
        )
    say(t("Whatever was purged after the last backup known here must be purged again by hand."))
    faults = _project(options).verify()
    _print_faults(faults, t)
    if made.database != "none":
        say(t("Accounts, roles and passwords are those of that day; nobody is logged in."))
    say(t("Next: lebenslagen serve {folder}", folder=options.directory))
    return 14 if faults else 0


def _moment(text: str) -> datetime:
    from datetime import datetime

    return datetime.fromisoformat(text)


FILE = Argument("file", help=N_("the delivered file"), metavar="FILE", type=_path)
SOURCE = Argument("--source", help=N_("key of the declared source"), metavar="NAME", required=True)
PERIOD = Argument("--period", help=N_("key of the period"), metavar="P", required=True)
ANSWER = Argument(
    "--answer",
    help=N_("answer to a question about this delivery: CODE=REASON, may be repeated"),
    metavar="CODE=REASON",
    action="append",
    default=[],
)

COMMANDS: dict[str, Command] = {
    "start": Command(
        start,
        N_("make a project out of a starter"),
        (
            DIR,
            Argument(
                "--starter",
                help=N_("which starter: musterstadt, …, or a folder with declarations"),
                metavar="NAME",
                required=True,
            ),
            Argument(
                "--deliveries",
                help=N_("folder with the delivered files"),
                metavar="DIR",
                type=_path,
                default=None,
            ),
            BY,
        ),
        "lebenslagen start out/musterstadt --starter musterstadt",
    ),
    "deliver": Command(
        deliver,
        N_("check a file and take it over"),
        (DIR, FILE, SOURCE, PERIOD, ANSWER, BY),
        "lebenslagen deliver out/musterstadt sgb2.xlsx --source jobcenter --period 2024",
    ),
    "check": Command(
        check,
        N_("check a file without taking it over"),
        (
            DIR,
            FILE,
            SOURCE,
            PERIOD,
            ANSWER,
            Argument("--json", help=N_("print the result as JSON"), action="store_true"),
            Argument(
                "--marked",
                help=N_("file for the marked copy; default: folder pruefung"),
                metavar="FILE",
                type=_path,
            ),
        ),
        "lebenslagen check out/musterstadt sgb2.xlsx --source jobcenter --period 2024",
    ),
    "build": Command(
        build, N_("compute everything that is declared"), (DIR, BY), "lebenslagen build out/musterstadt"
    ),
    "index": Command(
        index,
        N_("write the classes of an index"),
        (
            DIR,
            Argument("name", help=N_("key of the index"), metavar="NAME"),
            PERIOD,
            Argument("--csv", help=N_("file to write"), metavar="FILE", type=_path, required=True),
        ),
        "lebenslagen index out/musterstadt sozialindex --period 2024 --csv index.csv",
    ),
    "release": Command(
        release,
        N_("protect and publish what a report shows; two persons"),
        (
            DIR,
            REPORT,
            BY,
            Argument(
                "--approved-by", help=N_("the second person, who approved it"), metavar="NAME", default=""
            ),
            Argument("--withdraw", help=N_("digest of a release to withdraw"), metavar="DIGEST", default=""),
            Argument("--why", help=N_("reason for withdrawing"), metavar="TEXT", default=""),
        ),
        "lebenslagen release out/musterstadt --by 'A. Planung' --approved-by 'B. Statistik'",
    ),
    "report": Command(
        report,
        N_("write the report as PDF and HTML"),
        (DIR, REPORT, OUT),
        "lebenslagen report out/musterstadt",
    ),
    "atlas": Command(
        atlas, N_("write the atlas, a static site"), (DIR, REPORT, OUT), "lebenslagen atlas out/musterstadt"
    ),
    "export": Command(
        export, N_("write the released tables"), (DIR, REPORT, OUT), "lebenslagen export out/musterstadt"
    ),
    "verify": Command(
        verify, N_("recompute every digest of the project"), (DIR,), "lebenslagen verify out/musterstadt"
    ),
    "migrate": Command(
        migrate, N_("bring an older project to the present schema"), (DIR,), "lebenslagen migrate out/alt"
    ),
    "backup": Command(
        backup,
        N_("back up files and database while the program runs"),
        (DIR, Argument("file", help=N_("file to write; must not be there yet"), metavar="FILE", type=_path)),
        "lebenslagen backup out/musterstadt musterstadt-2025-02-03.zip",
    ),
    "restore": Command(
        restore,
        N_("restore a backup into an empty folder"),
        (
            Argument("file", help=N_("the backup"), metavar="FILE", type=_path),
            Argument("directory", help=N_("new or empty folder for the project"), metavar="DIR", type=_path),
            Argument(
                "--purged-in",
                help=N_("project folder or newer backup that tells what was purged since; may be repeated"),
                metavar="DIR",
                type=_path,
                action="append",
                default=[],
            ),
        ),
        "lebenslagen restore musterstadt-2025-02-03.zip out/musterstadt",
    ),
    "serve": Command(
        serve,
        N_("run the workplace in the browser on this computer"),
        (
            DIR,
            Argument("--port", help=N_("port; default: 8000"), metavar="N", type=int, default=8000),
            Argument(
                "--demo", help=N_("with a printed login for each role; Musterstadt only"), action="store_true"
            ),
            Argument(
                "--static",
                help=N_("only show the written report and atlas, without login"),
                action="store_true",
            ),
        ),
        "lebenslagen serve out/musterstadt",
    ),
}


def _waiting(t: Texts) -> Callable[[], None]:
    return lambda: say(t("Another run works in this project; waiting until it is done …"))


def _print_faults(faults: Sequence[Fault], t: Texts) -> None:
    for fault in faults:
        message, remedy = fault_text(fault, t.language)
        say(f"{printable(fault.where)}: {message}\n    → {remedy}  [{fault.code}]")


def _check_json(outcome: Outcome, faults: Sequence[Fault], t: Texts) -> dict[str, object]:
    rows = []
    for fault in faults:
        message, remedy = fault_text(fault, t.language)
        rows.append({"code": fault.code, "where": fault.where, "message": message, "remedy": remedy})
    return {"outcome": outcome.name, "faults": rows}


class _Parser(argparse.ArgumentParser):
    """Says the right call where the given one is wrong."""

    t: Texts
    example: str = ""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        lines = [f"{self.prog}: {message}"]
        if self.example:
            lines.append(self.t("For example: {call}", call=self.example))
        self.exit(WRONG_CALL, "\n".join(lines) + "\n")


def _language(arguments: Sequence[str]) -> str:
    """English where asked for by --lang or the environment; German otherwise."""
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return os.environ.get("LEBENSLAGEN_LANG", "de")


class _Formatter(argparse.HelpFormatter):
    """As wide as the terminal; told here, because argparse would load much to find out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


def _width() -> int:
    said = os.environ.get("COLUMNS", "")
    if said.isdigit() and int(said) > 20:
        return int(said)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


def _parser(t: Texts, words: Sequence[str]) -> _Parser:
    """The parser for a call with these words; the arguments of commands not among them are left out."""
    _speak(t.language)
    _Parser.t = t
    parser = _Parser(
        formatter_class=_Formatter,
        prog="lebenslagen",
        description=t("Know how people live and act on it: from office deliveries to the social report."),
        epilog=t("For example: {call}", call="lebenslagen start out/musterstadt --starter musterstadt"),
    )
    parser.example = "lebenslagen build out/musterstadt"
    parser.add_argument("--lang", choices=("de", "en"), default="de", help=t("language: de or en"))
    parser.add_argument("--version", action="version", version=_version(), help=t("show the version"))
    commands = parser.add_subparsers(
        metavar=t("COMMAND"), dest="command", required=True, parser_class=_Parser
    )
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=t(command.help),
            description=t(command.help),
            epilog=t("For example: {call}", call=command.example),
            formatter_class=_Formatter,
        )
        sub.example = command.example
        for argument in command.arguments if name in words else ():
            sub.add_argument(*argument.names, help=t(argument.help), **argument.settings)  # type: ignore[arg-type]
    return parser


def _speak(language: str) -> None:
    """argparse takes its own sentences from the global gettext domain."""
    import gettext

    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("argparse", LOCALE)
    gettext.textdomain("argparse")


def _version() -> str:
    from lebenslagen import __version__

    return f"lebenslagen {__version__}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    >>> main(["--lang", "en", "verify", "/nonexistent"])
    /nonexistent: There is no project in the folder “nonexistent”: it has no project.toml.
        → Name the folder of a project, or make one with “lebenslagen start”.  [not-a-project]
    14
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    language = _language(arguments)
    t = texts(language if language in ("de", "en") else "de")
    try:
        options = _parser(t, arguments).parse_args(arguments)
        return COMMANDS[options.command].run(options, t)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _disk(error, t)
    except Exception as error:
        from lebenslagen.errors import LebenslagenError

        if not isinstance(error, LebenslagenError):
            raise
        _print_faults(error.faults, t)
        return error.exit_code


def _disk(error: OSError, t: Texts) -> int:
    """Where the disk or a path refuses: what, where, and that nothing half-written is left."""
    place = error.filename or ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM):
        say(
            t(
                "{file}: the disk refuses ({reason}). "
                "Nothing half-written was left; make room or give access and repeat.",
                file=place,
                reason=error.strerror,
            )
        )
        return NO_SPACE
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        say(t("{file}: there is no such file. Please check the path.", file=place))
        return 10
    raise error


if __name__ == "__main__":
    sys.exit(main())
