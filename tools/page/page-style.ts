/** The style sheet of the report page: one set of names, two colour schemes. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f3; --card: #ffffff; --ink: #16181d; --muted: #62666f; --line: #e2e2dc;
  --capture: #8d8a84; --wait: #b9b6ae; --preprocess: #159a6c; --inference: #2a6fd1;
  --decode: #d98a00; --lost: #d13c3c; --dot: #2a6fd1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1c1f24; --ink: #eceef1; --muted: #9aa0aa; --line: #31353c;
    --capture: #85888f; --wait: #5d626b; --preprocess: #2bb587; --inference: #5a9cf5;
    --decode: #e8a53a; --lost: #ef6a6a; --dot: #5a9cf5;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 24px; margin: 0 0 2px; }
h2 { font-size: 17px; margin: 0 0 4px; }
h3 { font-size: 14px; margin: 0 0 6px; font-weight: 600; }
p { margin: 0 0 10px; }
.muted, figcaption, .facts dt { color: var(--muted); }
.warning { border-left: 4px solid var(--lost); padding: 4px 12px; margin: 12px 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px; margin-top: 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr)); gap: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 18px 20px; margin-top: 16px; }
.tiles div span { display: block; color: var(--muted); font-size: 13px; }
.tiles div b { font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles div.bad b { color: var(--lost); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 10px 0 0; font-size: 14px; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.wide svg { min-width: 720px; }
svg { display: block; width: 100%; height: auto; font-family: inherit; font-size: 11.5px; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg text { paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
svg .muted { fill: var(--muted); }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.axis { stroke: var(--muted); stroke-width: 1; fill: none; }
.marker { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 2; fill: none; }
.deadline { stroke: var(--lost); stroke-width: 1.5; stroke-dasharray: 6 3; fill: none; }
.publish { stroke: var(--ink); stroke-width: 1.5; fill: none; }
.cursor { stroke: var(--ink); stroke-width: 1; fill: none; }
.bar { fill: var(--inference); }
.dots { stroke: var(--dot); stroke-linecap: round; stroke-opacity: 0.75; fill: none; }
.lost { fill: var(--lost); }
.published { fill: var(--inference); }
.capture, .order { fill: var(--capture); }
.queue { fill: url(#waiting); }
#waiting path { stroke: var(--wait); }
.preprocess { fill: var(--preprocess); }
.inference { fill: var(--inference); }
.decode { fill: var(--decode); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 6px 0 10px; font-size: 13px; color: var(--muted); }
.key svg { display: inline-block; width: 12px; height: 12px; min-width: 0; vertical-align: -1px; margin-right: 6px; }
.small { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr)); gap: 22px 32px; margin-top: 18px; }
figure { margin: 0; }
#controls { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 4px 0 10px; }
#controls[hidden] { display: none; }
button, input[type=number] { font: inherit; font-size: 13px; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: 3px 10px; }
button:hover, button:focus-visible { border-color: var(--inference); }
input[type=number] { width: 90px; }
#controls label { font-size: 13px; color: var(--muted); }
#drive { cursor: crosshair; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 10px; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:last-child, th:last-child { text-align: left; }
thead th { color: var(--muted); font-weight: 500; border-bottom: 1px solid var(--line); }
tr.whole td { border-top: 1px solid var(--line); font-weight: 600; padding-top: 6px; }
tr.part td:first-child { padding-left: 18px; color: var(--muted); }
@media print { body { background: none; } section, .tiles { break-inside: avoid; } #controls { display: none; } }
`;
