"use strict";
// The units map by keyboard and by click: one stop for Tab, arrows from door to door, the card beside it.
(function () {
  const map = document.querySelector("[data-map]");
  const cells = map ? [...map.querySelectorAll("a[data-map-card]")] : [];
  const panel = document.getElementById("map-panel");
  const choose = document.querySelector("[data-map-building]");
  if (choose) {
    document.querySelector("[data-map-go]").hidden = true;
    choose.addEventListener("change", () => choose.form.requestSubmit());
  }
  function stop(cell) {
    for (const one of cells) one.tabIndex = one === cell ? 0 : -1;
  }
  if (cells.length) stop(cells.find((cell) => cell.hasAttribute("aria-current")) || cells[0]);

  function open(cell) {
    for (const one of document.querySelectorAll("a[data-map-card][aria-current]")) one.removeAttribute("aria-current");
    cell.setAttribute("aria-current", "true");
    history.replaceState(null, "", cell.href);
    // Only where the panel stands beside the map; on a phone the link leads to the card under it.
    // innerHTML: the card is a fragment of our own server, escaped by its template.
    htmx.ajax("GET", `${cell.dataset.mapCard}?panel=1&calling=0`, { target: panel, swap: "innerHTML" }).then(function () {
      if (panel.getBoundingClientRect().top > innerHeight) panel.scrollIntoView({ block: "start" });
    });
  }
  document.addEventListener("click", function (event) {
    const cell = event.target.closest("a[data-map-card]");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (cells.includes(cell)) stop(cell);
    open(cell);
  });

  function near(cell, key) {
    const table = cell.closest("[data-map-table]");
    const here = cells.filter((one) => one.closest("[data-map-table]") === table);
    const row = Number(cell.dataset.row);
    const column = Number(cell.dataset.column);
    const score = {
      ArrowLeft: (one) => Number(one.dataset.row) === row && Number(one.dataset.column) < column ? column - one.dataset.column : 0,
      ArrowRight: (one) => Number(one.dataset.row) === row && Number(one.dataset.column) > column ? one.dataset.column - column : 0,
      ArrowUp: (one) => Number(one.dataset.row) < row ? (row - one.dataset.row) * 1000 + Math.abs(one.dataset.column - column) : 0,
      ArrowDown: (one) => Number(one.dataset.row) > row ? (one.dataset.row - row) * 1000 + Math.abs(one.dataset.column - column) : 0,
      Home: (one) => Number(one.dataset.row) === row ? 1 + Number(one.dataset.column) : 0,
      End: (one) => Number(one.dataset.row) === row ? 1000 - one.dataset.column : 0,
    }[key];
    if (!score) return null;
    const found = here.filter((one) => score(one) > 0).sort((a, b) => score(a) - score(b))[0];
    if (found || !["ArrowLeft", "ArrowRight"].includes(key)) return found || cell;
    // Past the edge the next building goes on, on the same floor where it has one.
    const tables = [...map.querySelectorAll("[data-map-table]")];
    const next = tables[tables.indexOf(table) + (key === "ArrowRight" ? 1 : -1)];
    if (!next) return cell;
    const floor = cell.closest("tr").querySelector("th").textContent;
    const line = [...next.querySelectorAll("tr")].find((tr) => tr.querySelector("th") && tr.querySelector("th").textContent === floor) || next.rows[0];
    const doors = [...line.querySelectorAll("a[data-map-card]")];
    return doors[key === "ArrowRight" ? 0 : doors.length - 1] || cell;
  }
  if (map) map.addEventListener("keydown", function (event) {
    const cell = event.target.closest("a[data-map-card]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = near(cell, event.key);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    stop(next);
    next.focus();
  });
})();
