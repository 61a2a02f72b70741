"use strict";
// The counter and the readings: fill in all that is owed; a column copied from a spreadsheet fills the boxes below.
(function () {
  // As show_money of the server writes it, in each language: a minus in front, the currency's mark, thousands parted.
  const show = (cents, mark) => {
    const [whole, rest] = (Math.abs(cents) / 100).toFixed(2).split(".");
    return `${cents < 0 ? "-" : ""}${mark}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${rest}`;
  };
  const signed = (cents, mark) => (cents > 0 ? "+" : "") + show(cents, mark);
  const cents = (text) => Math.round(Number(text.replace(/,/g, "")) * 100);
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
    const given = change.querySelector("input");
    const shown = change.querySelector("output");
    const amount = change.closest("form").querySelector("[name=amount]");
    const reckon = () => {
      const left = cents(given.value) - cents(amount.value);
      shown.textContent = !given.value || Number.isNaN(left) ? "" : left < 0 ? change.dataset.change : show(left, change.dataset.mark);
    };
    given.addEventListener("input", reckon);
    amount.addEventListener("input", reckon);
  }
  // The drawer against the books while it is counted; what is not counted is as the books say.
  const drawer = document.querySelector("[data-closing]");
  const compare = (row) => {
    const shown = row.querySelector("[data-off]");
    const counted = row.querySelector("input").value;
    const off = cents(counted) - cents(row.dataset.books);
    const known = counted.trim() !== "" && !Number.isNaN(off);
    shown.textContent = known ? signed(off, drawer.dataset.mark) : "";
    shown.classList.toggle("tone-red", known && off !== 0);
  };
  for (const row of drawer?.querySelectorAll("[data-books]") ?? []) {
    // What came back from the server to be looked at once more has its difference as well.
    compare(row);
    row.addEventListener("input", () => compare(row));
  }
  // What a meter counted, as it is typed: backwards and far from the usual catch the eye before anything is sent.
  const MEASURE = /(度|千瓦时|千瓦時|吨|噸|方|立方|立方米|立方公尺|m3|kwh|t)$/i;
  const figure = (text) => Number(text.normalize("NFKC").trim().replace(MEASURE, "").replace(/[, ']/g, ""));
  // A heading has no digit, or words or a month above a figure: 11月读数, 2026-11. 12O is a slip of the finger and none.
  const HEADED = /\p{Script=Han}|\p{L}.*\p{L}|^\d{4}[-/]\d/u;
  const isHeading = (cell, below) => {
    const text = cell.normalize("NFKC");
    if (!text || !Number.isNaN(figure(text))) return false;
    return !/\d/.test(text) || (HEADED.test(text) && !Number.isNaN(figure(below)));
  };
  const reckon = (box) => {
    const row = box.closest("[data-before]");
    const shown = row?.querySelector("[data-use]");
    if (!shown) return;
    const ticked = (name) => row.querySelector(`input[name^=${name}]`)?.checked;
    const turned = figure(box.value) - Number(row.dataset.before) + (ticked("roll") ? Number(row.dataset.turn) : 0);
    const use = turned * Number(row.dataset.multiplier);
    const known = box.value.trim() !== "" && !Number.isNaN(use);
    shown.textContent = known ? String(Math.round(use * 1000) / 1000) : "";
    shown.classList.toggle("tone-red", known && (use < 0 || (row.dataset.most && !ticked("ok") && use > Number(row.dataset.most))));
  };
  for (const table of document.querySelectorAll("[data-paste-grid]")) {
    for (const box of table.querySelectorAll("input[id^=m][aria-invalid]")) reckon(box);
    table.addEventListener("input", (event) => {
      const row = event.target.closest("[data-before]");
      if (row) reckon(row.querySelector("input[id^=m]"));
    });
    table.addEventListener("paste", (event) => {
      const first = event.target.closest("input[id^=m]");
      let rows = event.clipboardData.getData("text").replace(/(\r?\n)+$/, "").split(/\r?\n/).map((line) => line.split("\t"));
      if (!first || rows.length < 2) return;
      event.preventDefault();
      const boxes = [...table.querySelectorAll("input[id^=m]")];
      const start = boxes.indexOf(first);
      const last = (row) => row[row.length - 1].trim();
      const byNumber = new Map(boxes.map((box) => [box.closest("tr").cells[0].textContent.trim().toUpperCase(), box]));
      const named = (row) => row.slice(0, -1).map((cell) => byNumber.get(cell.trim().toUpperCase())).find(Boolean);
      const isNamed = rows.some(named);
      // Blank rows part floors where just the others fill the page; else each is a meter not read.
      if (isHeading(last(rows[0]), rows.slice(1).map(last).find(Boolean) || "")) rows = rows.slice(1);
      const full = rows.filter(last);
      if (full.length === boxes.length - start) rows = full;
      let filled = 0;
      let over = 0;
      rows.forEach((row, at) => {
        const box = isNamed ? named(row) : boxes[start + at];
        if (!last(row)) return;
        if (!box) { over += 1; return; }
        box.value = last(row);
        reckon(box);
        filled += 1;
      });
      const say = document.querySelector("[data-paste-left]");
      if (!say) return;
      const told = [say.dataset.pasteFilled.replace("{count}", filled)];
      if (over) told.push(say.dataset[isNamed ? "pasteUnknown" : "pasteLeft"].replace("{count}", over));
      say.textContent = told.join(" ");
    });
  }
})();
