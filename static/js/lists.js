"use strict";
// Ticks of a list: all at once, how many, and "x" for the row that holds the focus.
(function () {
  const picks = () => [...document.querySelectorAll("[data-pick]")];
  const all = document.querySelector("[data-pick-all]");
  const count = document.querySelector("[data-pick-count]");
  function tell() {
    const boxes = picks();
    const on = boxes.filter((box) => box.checked).length;
    if (all) { all.checked = on > 0 && on === boxes.length; all.indeterminate = on > 0 && on < boxes.length; }
    if (count) count.textContent = on === 0 ? "" : on === 1 ? count.dataset.one : count.dataset.many.replace("{n}", on);
  }
  document.addEventListener("change", function (event) {
    if (event.target === all) for (const box of picks()) box.checked = all.checked;
    if (event.target === all || event.target.matches("[data-pick]")) tell();
  });
  document.addEventListener("list:pick", tell);
  window.addEventListener("pageshow", tell);
  tell();
})();
