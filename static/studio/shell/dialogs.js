/**
 * Native <dialog>s.
 *
 * data-dialog-open="id" opens one; data-dialog-close closes the one around it; a click beside it
 * closes it too. A fragment swapped into #dialog opens it; the event `dialog-close` (for instance
 * from HX-Trigger) closes it. hx-confirm asks in #confirm-dialog, its button named by
 * data-confirm-label and red with data-confirm-danger on the asking element.
 */
document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  if (target.closest("[data-dialog-close]")) target.closest("dialog")?.close();
  if (target.matches("dialog")) closeIfOutside(target);
});

let pressedAt = null;
document.addEventListener("pointerdown", (event) => (pressedAt = event), true);

/** Only a press that began on the backdrop closes: not a text selection that ended there. */
function closeIfOutside(dialog) {
  const box = dialog.getBoundingClientRect();
  const inside = !pressedAt || (pressedAt.clientX >= box.left && pressedAt.clientX <= box.right && pressedAt.clientY >= box.top && pressedAt.clientY <= box.bottom);
  if (!inside) dialog.close();
}

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const { target } = detail.ctx;
  if (target?.id === "dialog" && target.childElementCount && !target.open) target.showModal();
});
document.addEventListener("dialog-close", () => document.getElementById("dialog")?.close());
document.getElementById("dialog")?.addEventListener("close", ({ target }) => target.replaceChildren());

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  const dialog = document.getElementById("confirm-dialog");
  if (!ctx.confirm || !dialog) return;
  event.preventDefault();
  const { confirmLabel = "Confirm", confirmDanger } = ctx.sourceElement.dataset;
  const button = dialog.querySelector('[value="confirm"]');
  dialog.querySelector("h2").textContent = ctx.confirm;
  button.textContent = confirmLabel;
  button.className = confirmDanger === undefined ? "button primary" : "button danger-fill";
  dialog.returnValue = "";
  dialog.addEventListener("close", () => (dialog.returnValue === "confirm" ? issueRequest() : dropRequest()), { once: true });
  dialog.showModal();
});
