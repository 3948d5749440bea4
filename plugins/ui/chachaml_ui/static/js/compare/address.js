// The address of the page. Its query is the server's, but what is chosen without asking the server is
// kept in it too; the plots' axes stand behind the `#`.

const CARRIED = ["x", "metric", "smooth", "log", "logx", "only"];

/** Return the values of a `name` behind the `#`, in their order. */
export function chosen(name) {
  return new URLSearchParams(location.hash.slice(1)).getAll(name);
}

/** Put the values of a `name` behind the `#`. */
export function choose(name, values) {
  const state = new URLSearchParams(location.hash.slice(1));
  state.delete(name);
  for (const value of values) state.append(name, value);
  history.replaceState(history.state, "", `${location.search}#${state}`);
}

function keepOnly({ target }) {
  const address = new URL(location.href);
  if (target.checked) address.searchParams.set("only", "true");
  else address.searchParams.delete("only");
  history.replaceState(history.state, "", address);
}

/** Give `query` what the page's own address has of what the server was not asked for. */
function carry(query, names = CARRIED) {
  const here = new URLSearchParams(location.search);
  for (const name of names) {
    query.delete(name);
    if (here.has(name)) query.set(name, here.get(name));
  }
}

function onClick({ target }) {
  const copy = target.closest("[data-link]"), link = target.closest('a[href^="/compare?"]');
  if (copy !== null) copy.dataset.copy = location.href;
  if (link === null) return;
  const address = new URL(link.href);
  carry(address.searchParams);
  address.hash = location.hash;
  link.setAttribute("href", address.pathname + address.search + address.hash);
}

/** Keep what was chosen when the button copies the address, and through all links and forms. */
export function watchAddress() {
  document.querySelector(".switch-only")?.addEventListener("change", keepOnly);
  document.addEventListener("click", onClick, { capture: true });  // before it is copied or followed
  document.addEventListener("formdata", ({ target, formData }) => {
    const own = new Set([...target.elements].map(({ name }) => name));
    carry(formData, CARRIED.filter((name) => name !== "only" || !own.has(name)));
  });
}
