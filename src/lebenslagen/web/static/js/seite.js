// Every page: errors get the focus, typed text survives a new login, a warning comes before the session ends.
(() => {
  "use strict";
  const summary = document.getElementById("fehler-oben");
  if (summary) summary.focus();

  // --- typed text: kept in this window only and for the same person, never passwords, gone once the form was taken
  const storage = (() => { try { return window.sessionStorage; } catch { return null; } })();
  const secret = (field) => ["password", "hidden", "file", "submit"].includes(field.type) || field.autocomplete === "one-time-code";
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (!storage || location.pathname.startsWith("/anmelden/") || location.pathname.startsWith("/einladung/")) continue;
    const key = "kept:" + (document.body.dataset.user || "") + ":" + location.pathname + ":" + (form.getAttribute("action") || "");
    const fields = () => [...form.elements].filter((field) => field.name && !secret(field));
    const kept = storage.getItem(key);
    if (kept && !summary) {
      try {
        const values = JSON.parse(kept);
        fields().forEach((field, i) => {
          if (!(i in values)) return;
          if (field.type === "checkbox" || field.type === "radio") field.checked = values[i]; else field.value = values[i];
        });
      } catch { storage.removeItem(key); }
    }
    form.addEventListener("input", () => storage.setItem(key, JSON.stringify(fields().map((f) => f.type === "checkbox" || f.type === "radio" ? f.checked : f.value))));
    form.addEventListener("submit", () => storage.setItem("sent", key));
  }
  if (storage && document.querySelector(".kern-alert--success") && storage.getItem("sent")) {
    storage.removeItem(storage.getItem("sent"));
    storage.removeItem("sent");
  }
  if (storage && location.pathname.startsWith("/anmelden/") && document.querySelector(".kern-alert--success")) storage.clear();

  // --- before the session ends
  const seconds = Number(document.body.dataset.session || 0);
  const dialog = document.getElementById("session");
  if (!seconds || !dialog) return;
  let timer;
  const arm = () => { clearTimeout(timer); timer = setTimeout(() => dialog.showModal(), Math.max(1, seconds - 120) * 1000); };
  document.getElementById("session-stay").addEventListener("click", async () => {
    const answer = await fetch("/konto/", { credentials: "same-origin", redirect: "manual" });
    dialog.close();
    if (answer.ok) arm(); else location.reload();
  });
  arm();
})();
