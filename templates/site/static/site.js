// Comfort only: every page works without this file. What it can do is hidden until it runs.
"use strict";

const deeds = {
  // The device's own list of ways to pass a page on.
  share: {
    possible: () => "share" in navigator,
    act: (button) => navigator.share({ title: button.dataset.title, url: button.dataset.text }).catch(() => {}),
  },
  copy: {
    possible: () => "clipboard" in navigator,
    act: (button) => navigator.clipboard.writeText(button.dataset.text).then(() => tell(button)),
  },
  print: {
    possible: () => "print" in window,
    act: () => window.print(),
  },
  // Opens every fold of the page, or closes them again.
  unfold: {
    possible: () => document.querySelector("main details") !== null,
    act: (button) => {
      const folds = [...document.querySelectorAll("main details")];
      const open = folds.some((fold) => !fold.open);
      for (const fold of folds) fold.open = open;
      button.setAttribute("aria-pressed", String(open));
    },
  },
};

// Says in words that it is done, also to those who hear the page.
function tell(button) {
  const place = document.getElementById("said");
  if (place) place.textContent = button.dataset.done;
  button.textContent = button.dataset.done;
}

for (const button of document.querySelectorAll("button[data-do]")) {
  const deed = deeds[button.dataset.do];
  if (!deed || !deed.possible()) continue;
  button.hidden = false;
  button.addEventListener("click", () => deed.act(button));
}
