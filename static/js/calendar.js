"use strict";

// Arrow keys go from day to day as in a grid; Home and End to the ends of the week, Page Up and Page Down to the
// page before and after. One day at a time is a stop for Tab, with the visits that stand in it. Beyond the edge the
// next page opens at that very day. Without this every day is a link in its order.
(() => {
  const DAY = 24 * 3600 * 1000;
  const days = (table) => [...table.querySelectorAll(".cal-day")];
  const cell = (day) => day.closest("td, tr");

  function rove(table, active) {
    for (const day of days(table)) {
      const on = day === active;
      for (const link of cell(day).querySelectorAll("a")) link.tabIndex = on ? 0 : -1;
    }
  }

  function prepare() {
    for (const table of document.querySelectorAll("[data-calendar]:not([data-ready])")) {
      table.dataset.ready = "";
      if (table.dataset.calendar === "month") {
        table.setAttribute("role", "grid");
        for (const day of days(table)) cell(day).setAttribute("aria-selected", String(day.hasAttribute("data-chosen")));
      }
      const named = location.hash && document.getElementById(location.hash.slice(1));
      const start = named && named.matches(".cal-day") ? named : null;
      rove(table, start || table.querySelector("[data-chosen]") || days(table)[0]);
      if (start) start.focus();
    }
  }

  // d20261203 and so many days further.
  function shifted(id, by) {
    const day = new Date(Date.UTC(+id.slice(1, 5), +id.slice(5, 7) - 1, +id.slice(7, 9)) + by * DAY);
    return day.toISOString().slice(0, 10);
  }

  function leave(table, way, day) {
    const link = document.querySelector(`[data-way=${way}]`);
    if (!link) return;
    const address = new URL(link.href);
    const on = day || address.searchParams.get("on");
    address.searchParams.set("on", on);
    address.hash = `d${on.replaceAll("-", "")}`;
    location.assign(address);
  }

  document.addEventListener("keydown", (event) => {
    const day = event.target.closest && event.target.closest("[data-calendar] .cal-day");
    if (!day || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const table = day.closest("[data-calendar]"), all = days(table), at = all.indexOf(day);
    const week = table.dataset.calendar === "week";
    const column = week ? at : at % 7;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: week ? -1 : -7, ArrowDown: week ? 1 : 7, Home: -column, End: 6 - column }[event.key];
    if (event.key === "PageUp" || event.key === "PageDown") leave(table, event.key === "PageUp" ? "previous" : "next");
    else if (step === undefined) return;
    else if (all[at + step]) { rove(table, all[at + step]); all[at + step].focus(); }
    else leave(table, step < 0 ? "previous" : "next", shifted(day.id, step));
    event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const table = event.target.closest && event.target.closest("[data-calendar]");
    const day = table && (event.target.closest("td, tr") || table).querySelector(".cal-day");
    if (day) rove(table, day);
  });

  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
})();
