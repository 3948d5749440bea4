// What a page shows of its live updates: a switch, and a banner while the connection is lost.

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/**
 * Let the switch in `label` pause and resume, and say while it is off how much is waiting.
 *
 * Returns what shows how things stand, to be called whenever they change.
 */
export function bindSwitch(live, label) {
  const box = label.querySelector("input");
  const off = label.querySelector(".off");
  box.addEventListener("change", () => (box.checked ? live.resume() : live.pause()));
  return () => {
    const { points, runs } = live.waiting;
    const count = runs === null ? points : runs.started;
    off.textContent = count > 0 ? `Paused, ${count.toLocaleString()} new` : "Paused";
    box.checked = live.state !== "paused";
  };
}

/** Show above `main`, while the connection is lost, since when and how old the page is. */
export function bindBanner(live, main = document.querySelector("main")) {
  const banner = document.createElement("div");
  const spoken = document.createElement("span"); // read aloud once, while the seconds go by
  const shown = document.createElement("span");
  spoken.className = "vh";
  spoken.role = "status";
  shown.ariaHidden = "true";
  banner.append(spoken, shown);
  main.prepend(banner);
  let lost = 0;
  let ticking = 0;

  function tick() {
    const seconds = Math.round((Date.now() - lost) / 1000);
    shown.textContent = `Connection lost ${seconds} s ago; what you see is from ${clock.format(live.heard)}.`;
  }

  return () => {
    if ((live.state === "lost") === lost > 0) return;
    clearInterval(ticking);
    lost = live.state === "lost" ? Date.now() : 0;
    banner.className = lost > 0 ? "say staging lost" : "";
    spoken.textContent = "";
    shown.textContent = "";
    if (lost === 0) return;
    spoken.textContent = `Connection lost; what you see is from ${clock.format(live.heard)}.`;
    tick();
    ticking = setInterval(tick, 1000);
  };
}
