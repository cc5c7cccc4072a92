// Puts a button beside each command that copies it. Without this script commands are text to select.
"use strict";
(() => {
  const SAID_MS = 2000;

  async function copied(code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      // Browsers have no clipboard for pages that came without TLS: then what is selected is copied.
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  }

  function offer(box) {
    if (box.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "Copy";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      button.textContent = (await copied(box.querySelector("code"))) ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, SAID_MS);
    });
    box.append(button);
  }

  const offerAll = () => document.querySelectorAll(".command").forEach(offer);
  document.addEventListener("leakwatch:replaced", offerAll);
  offerAll();
})();
