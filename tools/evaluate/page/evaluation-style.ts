import { pageStyle } from '../../page/page-style.js';

/** The style sheet of the evaluation pages: that of the latency page with additions. */
export const evaluationStyle = `${pageStyle}
:root { --violet: #8a52c7; --teal: #0f8f9c; --pink: #c2408e; --olive: #7d8a1c; --track: #efefea; --right: #159a6c; --wrong: #d13c3c; --missed: #d98a00; }
@media (prefers-color-scheme: dark) {
  :root { --violet: #b58af0; --teal: #3fc1cd; --pink: #ec7cbf; --olive: #b9c750; --track: #262a30; --right: #2bb587; --wrong: #ef6a6a; --missed: #e8a53a; }
}
.s0 { --paint: var(--inference); } .s1 { --paint: var(--decode); } .s2 { --paint: var(--preprocess); }
.s3 { --paint: var(--violet); } .s4 { --paint: var(--lost); } .s5 { --paint: var(--teal); }
.s6 { --paint: var(--pink); } .s7 { --paint: var(--olive); } .s8 { --paint: var(--capture); }
.fill { fill: var(--paint); }
.line { stroke: var(--paint); stroke-width: 1.8; stroke-linejoin: round; fill: none; }
.line.needle { stroke-width: 5; stroke-linecap: round; }
.line.dashed { stroke-dasharray: 5 4; }
svg .dots { stroke: var(--paint); stroke-linecap: round; stroke-opacity: 0.6; fill: none; }
.track { fill: var(--track); }
.right { fill: var(--right); } .wrong { fill: var(--wrong); }
.over { fill: var(--lost); fill-opacity: 0.55; } .under { fill: var(--preprocess); fill-opacity: 0.55; }
svg .cell { stroke: none; font-size: 11px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 18px 28px; }
.pair figure { max-width: 480px; }
.small.charts { margin-top: 0; grid-template-columns: repeat(auto-fit, minmax(min(290px, 100%), 1fr)); }
.small.charts figure { max-width: 380px; }
.narrow { max-width: 900px; }
.signs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(290px, 100%), 1fr)); gap: 14px; }
.signs figure { display: grid; grid-template-columns: 96px 1fr; gap: 12px; align-items: start; }
.signs img { width: 96px; height: 96px; object-fit: contain; image-rendering: pixelated; border-radius: 4px; background: var(--track); }
.signs figcaption { font-size: 13px; line-height: 1.35; overflow-wrap: anywhere; }
.signs .from { font-size: 11.5px; }
.signs .verdict { display: flex; gap: 6px; align-items: center; color: var(--ink); margin-bottom: 4px; }
.signs .verdict svg { width: 26px; height: 26px; flex: none; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(440px, 100%), 1fr)); gap: 18px; }
.frames img, .triple img { width: 100%; height: auto; display: block; border-radius: 4px; }
.triple { margin-bottom: 18px; }
.triple div { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
figcaption { font-size: 13px; overflow-wrap: anywhere; margin-top: 4px; }
figcaption b { color: var(--ink); font-weight: 600; }
.frames svg { border-radius: 4px; max-height: 400px; }
.box { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
.box.found { stroke: #35d07f; } .box.false { stroke: #ff5c5c; } .box.lost { stroke: #ffb938; fill: none; stroke-dasharray: 6 4; } .box.ignored { stroke: #c9c9c9; stroke-dasharray: 2 4; }
.frames svg text { stroke: #000000; fill: #ffffff; stroke-width: 0.22em; font-weight: 600; }
.frames svg .grid { stroke: #ffffff; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 2px; vertical-align: -1px; margin-right: 6px; }
td.words, th.words { text-align: left; }
details summary { cursor: pointer; color: var(--muted); font-size: 14px; }
ul.plain { margin: 6px 0 0; padding-left: 18px; font-size: 14px; overflow-wrap: anywhere; }
@media print { .triple, .frames figure, .signs figure { break-inside: avoid; } }
`;
