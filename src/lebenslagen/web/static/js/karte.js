// Maps: one tab stop, arrow keys lead to the neighbour, what is reached is said; years without leaving the page.
// Without a script every area is a link, every year is a link, and a button shows the chosen year.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // --- one map ---------------------------------------------------------------------------------------------
  // The neighbour in a direction: of those that share a border first, otherwise the nearest that lies there.
  const towards = (places, from, [dx, dy]) => {
    const [x, y, beside] = places[from];
    const best = (ids, wide) => {
      let found = null, least = Infinity;
      for (const id of ids) {
        if (id === from || !places[id]) continue;
        const ahead = (places[id][0] - x) * dx + (places[id][1] - y) * dy;
        const aside = Math.abs((places[id][0] - x) * dy) + Math.abs((places[id][1] - y) * dx);
        if (ahead <= 0.5 || aside > wide * ahead) continue;
        const cost = ahead + 1.5 * aside;
        if (cost < least) { least = cost; found = id; }
      }
      return found;
    };
    return best(beside, 1.7) || best(Object.keys(places), 2.5);
  };

  const outline = (svg) => {
    const group = document.createElementNS(SVG, "g");
    const paths = ["k-live-under", "k-live"].map((name) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      group.appendChild(path);
      return path;
    });
    const map = svg.querySelector(".f-map");
    map.insertBefore(group, map.querySelector(".f-labels"));
    return (link) => {
      const d = link ? link.querySelector("path").getAttribute("d") : "";
      paths.forEach((path) => path.setAttribute("d", d));
    };
  };

  const start = (figure) => {
    const links = [...figure.querySelectorAll("svg a[data-area]")];
    if (!links.length || figure.dataset.ready) return;
    figure.dataset.ready = "1";
    const places = JSON.parse(figure.dataset.places);
    const by = Object.fromEntries(links.map((link) => [link.dataset.area, link]));
    const told = figure.querySelector(".told");
    const light = outline(figure.querySelector("svg.f-figure"));
    figure.querySelector(".keys").hidden = false;
    links.forEach((link, i) => link.setAttribute("tabindex", i ? "-1" : "0"));
    const others = () => [...document.querySelectorAll("figure.karte")].filter((other) => other !== figure && other.light);
    const mark = (link) => {
      light(link);
      others().forEach((other) => other.light(link ? link.dataset.area : ""));
    };
    figure.light = (area) => light(by[area] || null);
    const say = (link) => {
      told.textContent = link ? link.getAttribute("aria-label") : "";
      mark(link);
    };
    figure.addEventListener("focusin", (event) => {
      const link = event.target.closest("a[data-area]");
      if (!link) return;
      links.forEach((other) => other.setAttribute("tabindex", other === link ? "0" : "-1"));
      say(link);
    });
    figure.addEventListener("focusout", () => say(null));
    figure.addEventListener("mouseover", (event) => {
      const link = event.target.closest("a[data-area]");
      if (link) say(link);
    });
    figure.addEventListener("mouseleave", () => say(links.includes(document.activeElement) ? document.activeElement : null));
    figure.addEventListener("keydown", (event) => {
      const from = event.target.closest("a[data-area]");
      if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
      const step = STEPS[event.key];
      let to = null;
      if (step) to = by[towards(places, from.dataset.area, step)];
      if (event.key === "Home") to = links[0];
      if (event.key === "End") to = links[links.length - 1];
      if (step || to) event.preventDefault();
      if (to) to.focus();
    });
  };
  const begin = (root) => root.querySelectorAll("figure.karte").forEach(start);
  window.lebenslagenKarten = begin; // the index workshop puts in new maps
  begin(document);

  // --- years and choices: only the part that changes is fetched ----------------------------------------------
  const field = document.getElementById("kartenfeld");
  const form = document.getElementById("kartenwahl");
  if (!field || !form) return;
  let asked = 0;
  const load = async (address, focus) => {
    const mine = ++asked;
    field.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { "X-Teil": "1" }, credentials: "same-origin", redirect: "manual" });
      if (mine !== asked) return;
      if (!answer.ok) { location.href = address; return; }
      field.innerHTML = await answer.text();
      history.replaceState(null, "", address);
      begin(field);
      wire();
      const head = document.querySelector("h1");
      const part = field.querySelector("[data-title]");
      if (head && part) { head.textContent = part.dataset.title; document.title = document.title.replace(/^.* – /, part.dataset.title + " – "); }
      const next = focus && field.querySelector(focus);
      if (next) next.focus();
    } catch { location.href = address; } finally { field.removeAttribute("aria-busy"); }
  };
  const addressOf = () => form.action.split("?")[0] + "?" + new URLSearchParams([...new FormData(form)].filter(([, v]) => v)).toString();
  form.addEventListener("change", () => load(addressOf()));
  form.addEventListener("submit", (event) => { event.preventDefault(); load(addressOf()); });
  const wire = () => {
    const slider = field.querySelector("input[type=range]");
    if (slider) {
      const links = [...field.querySelectorAll(".jahre a")];
      const words = field.querySelector(".jahr-jetzt");
      const name = () => { const link = links[Number(slider.value)]; words.textContent = link.textContent; slider.setAttribute("aria-valuetext", link.textContent); };
      field.querySelector(".regler").hidden = false;
      name();
      slider.addEventListener("input", name);
      slider.addEventListener("change", () => load(links[Number(slider.value)].href, "input[type=range]"));
    }
    field.querySelectorAll(".jahre a, .schritt a").forEach((link) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const hidden = form.querySelector("[name=zeit]");
      if (hidden) hidden.value = new URL(link.href).searchParams.get("zeit") || "";
      load(link.href, link.closest(".schritt") ? "input[type=range]" : ".jahre [aria-current]");
    }));
    const share = field.querySelector("#teilen");
    if (share) share.addEventListener("focus", () => share.select());
    const print = field.querySelector(".drucken");
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
  };
  wire();
})();
