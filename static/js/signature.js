"use strict";
// A signature drawn with finger, pen or mouse: kept as the strokes of an SVG path in the form's hidden field.
(function () {
  for (const form of document.querySelectorAll("[data-sign]")) {
    const pad = form.querySelector("[data-pad]");
    const field = form.querySelector("input[name=strokes]");
    const pen = pad.getContext("2d");
    let path = "";
    let drawing = false;
    pen.lineWidth = 3; pen.lineCap = "round"; pen.lineJoin = "round"; pen.strokeStyle = "#161c1d";
    function at(event) {
      const box = pad.getBoundingClientRect();
      const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
      return [within((event.clientX - box.left) * pad.width / box.width, pad.width),
        within((event.clientY - box.top) * pad.height / box.height, pad.height)];
    }
    pad.addEventListener("pointerdown", function (event) {
      const [x, y] = at(event);
      pad.setPointerCapture(event.pointerId);
      drawing = true;
      path += `M${x} ${y}L${x} ${y}`;
      pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x, y); pen.stroke();
      event.preventDefault();
    });
    pad.addEventListener("pointermove", function (event) {
      // Beyond what the form holds nobody signs any more: the line just ends.
      if (!drawing || path.length > 19000) return;
      const [x, y] = at(event);
      path += `L${x} ${y}`;
      pen.lineTo(x, y); pen.stroke();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      pad.addEventListener(end, function () { drawing = false; field.value = path; });
    }
    form.querySelector("[data-wipe]").addEventListener("click", function () {
      path = ""; field.value = ""; pen.clearRect(0, 0, pad.width, pad.height);
    });
  }
})();
