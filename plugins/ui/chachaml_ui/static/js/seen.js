// What is done when somebody has scrolled to it, or nearly so.

const MARGIN = "300px";

/** Call `act` once, when `element` is in view or soon will be. */
export function onceSeen(element, act) {
  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting) return;
    observer.disconnect();
    act();
  }, { rootMargin: MARGIN });
  observer.observe(element);
}
