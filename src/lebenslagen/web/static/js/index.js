// The index workshop: the preview follows the choices; the server computes it, here its part of the page is put in.
// Without a script the button "Compute anew" does the same with a whole page.
(() => {
  "use strict";
  document.querySelectorAll("main .drucken").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
  const form = document.getElementById("wahl");
  const field = document.getElementById("vorschau");
  if (!form || !field) return;
  let asked = 0, timer = 0, running = null;
  const address = () => form.dataset.vorschau + "?" + new URLSearchParams(new FormData(form)).toString();
  const shares = () => {
    form.querySelectorAll("[data-anteil]").forEach((cell) => {
      const found = field.querySelector('[data-neu="' + CSS.escape(cell.dataset.anteil) + '"]');
      cell.textContent = found ? found.dataset.share : "";
    });
  };
  const load = async () => {
    const mine = ++asked, where = address();
    if (running) running.abort();
    running = new AbortController();
    field.setAttribute("aria-busy", "true");
    const scroll = field.querySelector(".werte") ? field.querySelector(".werte").scrollTop : 0;
    try {
      const answer = await fetch(where, { headers: { "X-Teil": "1" }, credentials: "same-origin", redirect: "manual", signal: running.signal });
      if (mine !== asked) return;
      if (!answer.ok) { form.submit(); return; }
      field.innerHTML = await answer.text();
      const made = field.querySelector("[data-query]");
      history.replaceState(null, "", form.dataset.vorschau + (made && made.dataset.query ? "?" + made.dataset.query : ""));
      const table = field.querySelector(".werte");
      if (table) table.scrollTop = scroll;
      shares();
      if (window.lebenslagenKarten) window.lebenslagenKarten(field);
      field.dispatchEvent(new CustomEvent("vorschau", { bubbles: true }));
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    } finally {
      if (mine === asked) field.removeAttribute("aria-busy");
    }
  };
  const soon = (wait) => { clearTimeout(timer); timer = setTimeout(load, wait); };
  form.addEventListener("input", (event) => soon(event.target.matches("input:not([type=checkbox]):not([type=radio])") ? 250 : 0));
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    soon(0);
  });
})();
