// Deliveries: fields of a new source only when it is chosen; a block copied from a spreadsheet fills the grid; Enter goes one row down.
(() => {
  "use strict";
  const source = document.getElementById("f-source");
  const fresh = document.getElementById("neue-quelle");
  if (source && fresh) {
    const follow = () => { const wanted = source.value === "neu"; fresh.hidden = !wanted; fresh.open = wanted; };
    source.addEventListener("change", follow);
    follow();
  }

  const table = document.querySelector("table.raster");
  if (!table) return;
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
  const place = (input) => { const r = rows.findIndex((row) => row.includes(input)); return [r, r < 0 ? -1 : rows[r].indexOf(input)]; };
  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const [r, c] = place(event.target);
    const next = rows[r + (event.shiftKey ? -1 : 1)];
    if (next) { next[c].focus(); next[c].select(); }
  });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (event.target.tagName !== "INPUT" || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const [r, c] = place(event.target);
    text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, i) => line.split("\t").forEach((cell, j) => {
      const input = rows[r + i] && rows[r + i][c + j];
      if (input) { input.value = cell.trim(); input.dispatchEvent(new Event("input", { bubbles: true })); }
    }));
  });
})();
