// Waits for the first run, and shows the list once it is there.

import { Live } from "./live.js";
import { reader } from "./reading.js";

const look = reader((page) => {
  if (page.querySelector(".start") === null) location.reload();
});
const live = new Live({ hello: () => look(), runs: () => look() });
live.subscribe();
