"use strict";
// The counter and the readings: fill in all that is owed; a column copied from a spreadsheet fills the boxes below.
(function () {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill-amount]");
    if (!button) return;
    const field = button.closest("form").querySelector("[name=amount]");
    field.value = button.dataset.fillAmount;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  const change = document.querySelector("[data-change]");
  if (change) {
    // Reckoned in cents; what is taken is the amount, never the cash handed over.
    const cents = (field) => Math.round(Number(field.value.replace(/,/g, "")) * 100);
    const given = change.querySelector("input");
    const shown = change.querySelector("output");
    const amount = change.closest("form").querySelector("[name=amount]");
    const reckon = () => {
      const left = cents(given) - cents(amount);
      shown.textContent = !given.value || Number.isNaN(left) ? "" : left < 0 ? change.dataset.change : (left / 100).toFixed(2);
    };
    given.addEventListener("input", reckon);
    amount.addEventListener("input", reckon);
  }
  for (const table of document.querySelectorAll("[data-paste-grid]")) {
    table.addEventListener("paste", (event) => {
      const first = event.target.closest("input:not([type=checkbox])");
      const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
      if (!first || lines.length < 2) return;
      event.preventDefault();
      const boxes = [...table.querySelectorAll("input:not([type=checkbox])")];
      const start = boxes.indexOf(first);
      lines.forEach((line, at) => {
        const box = boxes[start + at];
        if (box) box.value = line.split("\t").pop().trim();
      });
    });
  }
})();
