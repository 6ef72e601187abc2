/** Small help for native fields: <output> follows its range, [data-submit-on-change] submits its form. */
document.addEventListener("input", ({ target }) => {
  if (target.type !== "range" || !target.id) return;
  const output = document.querySelector(`output[for="${CSS.escape(target.id)}"]`);
  if (output) output.value = target.value;
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit-on-change]")) target.form?.requestSubmit();
});
