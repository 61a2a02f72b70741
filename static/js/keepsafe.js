"use strict";
// A form that must survive a bad network: without a connection it is not sent, says so, and keeps what was typed.
(function () {
  for (const form of document.querySelectorAll("form[data-keepsafe]")) {
    form.addEventListener("submit", function (event) {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      let bar = form.querySelector("[data-keepsafe-says]");
      if (!bar) {
        bar = document.createElement("p");
        bar.className = "alert-bar amber";
        bar.setAttribute("role", "alert");
        bar.setAttribute("data-keepsafe-says", "");
        form.prepend(bar);
      }
      bar.textContent = form.dataset.offline;
    }, true);
  }
})();
