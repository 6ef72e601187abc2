/**
 * Django's CSRF token on every htmx request that changes something.
 * It is read when the request leaves, so a sign-in in another tab does not make it stale.
 */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  return cookie ? cookie[1] : document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (!/^(GET|HEAD|OPTIONS)$/.test(request.method)) request.headers["X-CSRFToken"] = csrfToken();
});
