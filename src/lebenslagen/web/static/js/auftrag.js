// Keeps step and bar of a running job up to date; without script the page reloads itself.
(() => {
  "use strict";
  const box = document.getElementById("auftrag");
  const step = document.getElementById("schritt");
  const bar = document.getElementById("balken");
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.stand, { credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) { location.reload(); return; }
      const job = await answer.json();
      if (job.state !== "queued" && job.state !== "running") { location.reload(); return; }
      if (job.step && step.textContent !== job.step) step.textContent = job.step;
      bar.value = job.percent;
    } catch { /* the server may be restarting; the next look tells */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
})();
