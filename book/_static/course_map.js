// Points at what a chapter builds on: a station of the map, looked at, marks those that
// it needs. The map says the same in words, so nothing is lost without this script.
document.addEventListener("DOMContentLoaded", () => {
  const map = document.querySelector(".course-map");
  if (!map) return;
  const mark = (station) => {
    for (const other of map.querySelectorAll(".needed")) other.classList.remove("needed");
    if (!station) return;
    for (const name of station.classList)
      if (name.startsWith("needs-"))
        map.querySelector(`.${name.replace("needs", "station")}`).classList.add("needed");
  };
  for (const kind of ["mouseover", "focusin"])
    map.addEventListener(kind, (event) => mark(event.target.closest("li")));
  for (const kind of ["mouseleave", "focusout"]) map.addEventListener(kind, () => mark(null));
});
