// Reports: move a chapter up or down instead of typing its number; put a reference into the text where the cursor is.
(() => {
  "use strict";
  const button = (words, name, act) => {
    const made = document.createElement("button");
    made.type = "button"; made.className = name; made.textContent = words;
    made.addEventListener("click", act);
    return made;
  };
  const form = document.getElementById("kapitel");
  if (form) {
    const list = form.querySelector(".chapters"), told = document.getElementById("bewegt");
    const renumber = () => [...list.children].forEach((row, i) => { row.querySelector("input[type=number]").value = i + 1; });
    const move = (row, step, from) => {
      const beside = step < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!beside) return;
      if (step < 0) list.insertBefore(row, beside); else list.insertBefore(beside, row);
      renumber();
      from.focus();
      told.textContent = form.dataset.moved.replace("{chapter}", row.dataset.label).replace("{n}", [...list.children].indexOf(row) + 1);
    };
    for (const row of list.children) {
      const place = row.querySelector(".place");
      for (const [sign, words, step] of [["↑", form.dataset.up, -1], ["↓", form.dataset.down, 1]]) {
        const made = button(sign, "move", () => move(row, step, made));
        made.setAttribute("aria-label", `${row.dataset.label}: ${words}`);
        place.append(made);
      }
    }
  }
  const text = document.getElementById("f-text"), values = document.querySelector("[data-insert]");
  if (text && values) {
    for (const cell of values.querySelectorAll(".reference")) {
      const made = button(values.dataset.insert, "insert", () => {
        text.focus();
        text.setRangeText(cell.textContent, text.selectionStart, text.selectionEnd, "end");
        text.dispatchEvent(new Event("input", { bubbles: true }));
      });
      made.setAttribute("aria-label", `${values.dataset.insert}: ${cell.textContent}`);
      cell.after(made);
    }
  }
})();
