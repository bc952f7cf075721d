"use strict";
(() => {
  const form = document.getElementById("filter");
  const entries = [...document.querySelectorAll("[data-verdict]")];
  const groups = [...document.querySelectorAll("table[data-group]")];
  const words = new Map(entries.map((entry) => [entry, entry.textContent.toLowerCase()]));

  const fits = (entry, wanted) =>
    (!wanted.verdict || entry.dataset.verdict === wanted.verdict) &&
    (!wanted.level || entry.dataset.level === wanted.level) &&
    words.get(entry).includes(wanted.text.toLowerCase());

  const filter = () => {
    const wanted = Object.fromEntries(["verdict", "level", "text"].map((name) => [name, form.elements[name].value]));
    for (const entry of entries) entry.hidden = !fits(entry, wanted);
    for (const group of groups) {
      const isEmpty = !group.querySelector("tbody > tr:not([hidden])");
      group.hidden = isEmpty;
      group.previousElementSibling.hidden = isEmpty;
    }
    const rows = entries.filter((entry) => entry.localName === "tr");
    const shown = rows.filter((row) => !row.hidden).length;
    document.getElementById("filter-count").textContent = `${shown} of ${rows.length} requirements`;
    return wanted;
  };

  const remember = () => {
    const given = Object.entries(filter()).filter(([, value]) => value);
    const place = given.length ? `#${new URLSearchParams(given)}` : location.pathname;
    try { history.replaceState(null, "", place); } catch { /* some places keep no history */ }
  };

  const obey = () => {
    const place = location.hash.slice(1);
    if (place.includes("=")) {
      const given = new URLSearchParams(place);
      for (const name of ["verdict", "level", "text"]) form.elements[name].value = given.get(name) ?? "";
      filter();
      document.getElementById("requirements").scrollIntoView();
      return;
    }
    const target = place && document.getElementById(place);
    if (target?.hidden) {
      form.reset();
      filter();
      target.scrollIntoView();
    }
  };

  const copy = async (button) => {
    const text = button.parentElement.querySelector("code");
    const said = button.nextElementSibling;
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = "Selected; copy it with the keyboard.";
    }
  };

  form.hidden = false;
  form.addEventListener("input", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  addEventListener("hashchange", obey);
  filter();
  obey();
})();
