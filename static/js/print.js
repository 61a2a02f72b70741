"use strict";
document.addEventListener("click", function (event) {
  if (event.target.closest("[data-print]")) window.print();
});
// A paper that was asked for with the act before it goes to the printer by itself, once: not again on a reload.
window.addEventListener("load", function () {
  if (!document.querySelector("[data-print-now]")) return;
  const address = new URL(location.href);
  address.searchParams.delete("now");
  history.replaceState(null, "", address);
  window.print();
});
