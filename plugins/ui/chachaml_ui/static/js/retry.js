// A page that could not be had yet, as its server has too much to do or its store is away: it asks again
// by itself, when the server says, and comes when it is there.

const told = document.querySelector("[data-retry]");
let wait = Number(told.dataset.retry);

function count(left) {
  told.textContent = left > 0 ? `This page tries again by itself in ${left} s.` : "Trying again …";
  if (left > 0) setTimeout(() => count(left - 1), 1_000);
  else ask();
}

async function ask() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    wait = Number(answer.headers.get("Retry-After"));
    if (wait === 0) location.reload(); // another error, too, is said by its own page
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no answer came: the server is away as well
  }
  if (wait > 0) count(wait);
}

count(wait);
