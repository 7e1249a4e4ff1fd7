
"use strict";
(() => {
  const form = document.getElementById("filter");
  const search = document.getElementById("search");
  const label = document.getElementById("label");
  const fold = document.getElementById("fold");
  const found = document.getElementById("found");
  const changes = [...document.querySelectorAll("details.change")];
  const texts = new Map(changes.map((one) => [one, one.textContent.toLowerCase()]));

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = label ? label.value : "";
    let count = 0;
    for (const one of changes) {
      const labels = one.dataset.labels.split(" ");
      const fits = words.every((word) => texts.get(one).includes(word)) && (!wanted || labels.includes(wanted));
      one.hidden = !fits;
      count += fits;
    }
    for (const group of document.querySelectorAll("section.group")) {
      group.hidden = !group.querySelector("details.change:not([hidden])");
    }
    found.textContent = words.length || wanted ? `${count} of ${changes.length} shown` : "";
  };

  const unfold = (open) => {
    for (const one of changes) one.open = open;
    fold.setAttribute("aria-pressed", String(open));
    fold.textContent = open ? "Fold all" : "Unfold all";
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", show);
  if (label) label.addEventListener("change", show);
  fold.addEventListener("click", () => unfold(fold.getAttribute("aria-pressed") !== "true"));
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = changes.filter((one) => !one.open);
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
  if (changes.length && changes.every((one) => one.open)) unfold(true);
  form.hidden = false;
  show();
})();
