// Forms in dialogs, whose change is shown by the page that the server then sends.

/**
 * Send what the form in `dialog` says when it is submitted, by `request(data)`; then load the page
 * anew, or say beside the form what went wrong.
 */
export function submits(dialog, request) {
  const form = dialog.querySelector("form");
  const trouble = dialog.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    const button = form.querySelector(".solid");
    button.disabled = true;
    try {
      await request(new FormData(form));
      location.reload();
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
      button.disabled = false;
    }
  });
}
