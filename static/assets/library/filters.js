/** The form of the filters: folded on a phone; “Clear” is there as soon as something is set. */
const form = document.querySelector(".library-filters");
const toggle = form.querySelector("[data-filters-toggle]");
const clear = form.querySelector("[data-filters-clear]");

form.toggleAttribute("data-folded", true);
toggle.addEventListener("click", () => {
  const folded = form.toggleAttribute("data-folded");
  toggle.setAttribute("aria-expanded", String(!folded));
});

form.addEventListener("input", () => {
  clear.hidden = ![...new FormData(form)].some(([name, value]) => value && name !== "trash");
});

// The address is the truth: after “back” the fields say what it says.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
