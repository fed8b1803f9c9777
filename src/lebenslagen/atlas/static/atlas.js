// What the pages can do more with a script: one tab stop a map with arrow keys to the neighbours, sorting, searching.
// Everything is on the page without it. A classic script, so that it runs from a folder without a server.
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg";

  // --- maps -----------------------------------------------------------------------------------------------
  function centre(link) {
    var box = link.querySelector("path").getBBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  // The nearest area in a direction; what lies off to the side counts as farther.
  function neighbour(links, from, dx, dy) {
    var here = centre(from), best = null, least = Infinity;
    links.forEach(function (link) {
      if (link === from) { return; }
      var there = centre(link), x = there.x - here.x, y = there.y - here.y;
      var ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (ahead <= 1 || aside > 2.5 * ahead) { return; }
      var cost = ahead + 1.5 * aside;
      if (cost < least) { least = cost; best = link; }
    });
    return best;
  }

  function outline(svg) {
    var group = document.createElementNS(SVG, "g");
    ["f-live-under", "f-live"].forEach(function (name) {
      var path = document.createElementNS(SVG, "path");
      path.setAttribute("class", name);
      group.appendChild(path);
    });
    var map = svg.querySelector(".f-map");
    map.insertBefore(group, map.querySelector(".f-labels"));
    return function (link) {
      var d = link ? link.querySelector("path").getAttribute("d") : "";
      Array.prototype.forEach.call(group.childNodes, function (path) { path.setAttribute("d", d); });
    };
  }

  var STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function map(figure) {
    var links = Array.prototype.slice.call(figure.querySelectorAll("a[data-area]"));
    if (!links.length) { return; }
    var told = figure.querySelector(".told"), show = outline(figure.querySelector("svg.f-figure"));
    figure.querySelector(".keys").hidden = false;
    links.forEach(function (link, i) { link.setAttribute("tabindex", i ? "-1" : "0"); });

    function tell(link) {
      told.textContent = link ? link.getAttribute("aria-label") : "";
      show(link);
    }
    function stop(link) {
      links.forEach(function (other) { other.setAttribute("tabindex", other === link ? "0" : "-1"); });
    }
    figure.addEventListener("focusin", function (event) {
      var link = event.target.closest("a[data-area]");
      if (link) { stop(link); tell(link); }
    });
    figure.addEventListener("focusout", function () { tell(null); });
    figure.addEventListener("mouseover", function (event) {
      var link = event.target.closest("a[data-area]");
      if (link) { tell(link); }
    });
    figure.addEventListener("mouseleave", function () {
      tell(links.indexOf(document.activeElement) < 0 ? null : document.activeElement);
    });
    figure.addEventListener("keydown", function (event) {
      var from = event.target.closest("a[data-area]"), step = STEPS[event.key], to = null;
      if (!from || event.altKey || event.ctrlKey || event.metaKey) { return; }
      if (step) { to = neighbour(links, from, step[0], step[1]); }
      if (event.key === "Home") { to = links[0]; }
      if (event.key === "End") { to = links[links.length - 1]; }
      if (step || to) { event.preventDefault(); }
      if (to) { to.focus(); }
    });
  }

  // --- tables ---------------------------------------------------------------------------------------------
  function value(row, column) {
    var words = row.cells[column].textContent.trim();
    var plain = words.replace(/\./g, "").replace(",", ".").replace("\u2212", "-");
    return /^-?\d/.test(plain) && !isNaN(parseFloat(plain)) ? parseFloat(plain) : words;
  }

  function compare(a, b, down) {
    var numbers = (typeof a === "number") - (typeof b === "number");
    if (numbers) { return -numbers; } // what has no number stays at the end
    var order = typeof a === "number" ? a - b : a.localeCompare(b, document.documentElement.lang);
    return down ? -order : order;
  }

  function sortable(table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var now = head.getAttribute("aria-sort"), next = !now ? "ascending" : now === "ascending" ? "descending" : "";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        if (next) { head.setAttribute("aria-sort", next); }
        var order = rows.slice();
        if (next) {
          order = order.filter(function (row) { return !row.classList.contains("group"); });
          order.sort(function (a, b) { return compare(value(a, column), value(b, column), next === "descending"); });
        }
        rows.forEach(function (row) { row.hidden = order.indexOf(row) < 0; });
        order.forEach(function (row) { body.appendChild(row); });
      });
    });
  }

  // --- search ---------------------------------------------------------------------------------------------
  function plain(words) {
    return words.toLowerCase().replace(/ß/g, "ss").replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue")
      .normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }

  function search(box) {
    var input = box.querySelector("input"), found = document.querySelector(".found");
    var entries = Array.prototype.slice.call(document.querySelectorAll(".list li"));
    var asked = new URLSearchParams(window.location.search).get("q") || "";
    function narrow() {
      var wanted = plain(input.value.trim()), count = 0;
      entries.forEach(function (entry) {
        entry.hidden = wanted !== "" && plain(entry.textContent).indexOf(wanted) < 0;
        count += entry.hidden ? 0 : 1;
      });
      Array.prototype.forEach.call(document.querySelectorAll(".list section"), function (section) {
        section.hidden = !section.querySelector("li:not([hidden])");
      });
      found.textContent = !wanted ? "" : count ? found.dataset.some + " " + count : found.dataset.none;
    }
    box.hidden = false;
    input.value = asked;
    input.addEventListener("input", narrow);
    narrow();
  }

  Array.prototype.forEach.call(document.querySelectorAll("figure.map"), map);
  Array.prototype.forEach.call(document.querySelectorAll("table.sortable"), sortable);
  Array.prototype.forEach.call(document.querySelectorAll(".filter"), search);
}());
