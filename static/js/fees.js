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
  // The drawer against the books while it is counted; what is not counted is as the books say.
  document.querySelector("[data-closing]")?.addEventListener("input", (event) => {
    const row = event.target.closest("[data-books]");
    if (!row) return;
    const shown = row.querySelector("[data-off]");
    const off = Math.round(Number(event.target.value.replace(/,/g, "")) * 100) - Math.round(Number(row.dataset.books) * 100);
    const known = event.target.value.trim() !== "" && !Number.isNaN(off);
    shown.textContent = !known ? "" : off === 0 ? "0.00" : (off > 0 ? "+" : "−") + (Math.abs(off) / 100).toFixed(2);
    shown.classList.toggle("tone-red", known && off !== 0);
  });
  // What a meter counted, as it is typed: backwards and far from the usual catch the eye before anything is sent.
  const reckon = (box) => {
    const row = box.closest("[data-before]");
    const shown = row?.querySelector("[data-use]");
    if (!shown) return;
    const use = Number(box.value) - Number(row.dataset.before);
    const known = box.value.trim() !== "" && !Number.isNaN(use);
    shown.textContent = known ? String(Math.round(use * 1000) / 1000) : "";
    shown.classList.toggle("tone-red", known && (use < 0 || (row.dataset.usual && use > 10 * Number(row.dataset.usual))));
  };
  for (const table of document.querySelectorAll("[data-paste-grid]")) {
    table.addEventListener("input", (event) => {
      if (event.target.matches("input:not([type=checkbox])")) reckon(event.target);
    });
    table.addEventListener("paste", (event) => {
      const first = event.target.closest("input:not([type=checkbox])");
      const lines = event.clipboardData.getData("text").replace(/\r?\n$/, "").split(/\r?\n/);
      if (!first || lines.length < 2) return;
      event.preventDefault();
      const boxes = [...table.querySelectorAll("input:not([type=checkbox])")];
      const start = boxes.indexOf(first);
      lines.forEach((line, at) => {
        const box = boxes[start + at];
        if (!box) return;
        box.value = line.split("\t").pop().trim();
        reckon(box);
      });
      const over = start + lines.length - boxes.length;
      const say = document.querySelector("[data-paste-left]");
      if (say) say.textContent = over > 0 ? say.dataset.pasteLeft.replace("{count}", over) : "";
    });
  }
})();
