"use strict";
// A canned reply goes into the text where the caret stands; "/" at the start of an empty text opens their menu.
(function () {
  const menu = document.querySelector("[data-canned-menu]");
  if (!menu) return;
  const field = (which) => document.querySelector(`.composer-form.${which} textarea`);
  function putIn(words, into) {
    const tab = document.getElementById(`tab-${into}`);
    const text = field(into);
    if (!text || !tab || tab.disabled) return false;
    tab.checked = true;
    const at = text.selectionStart;
    text.setRangeText((at && !/\s$/.test(text.value.slice(0, at)) ? " " : "") + words, at, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    menu.open = false;
    text.focus();
    return true;
  }
  menu.addEventListener("click", function (event) {
    const link = event.target.closest("[data-canned]");
    if (link && putIn(link.dataset.canned, link.dataset.cannedInto)) event.preventDefault();
  });
  document.addEventListener("keydown", function (event) {
    const text = event.target.closest(".composer-form textarea");
    if (!text || event.key !== "/" || text.value !== "" || event.isComposing) return;
    event.preventDefault();
    menu.open = true;
    menu.querySelector("summary").focus();
  });
})();
