"""How the page looks, in light and in dark, wide and narrow."""

CSS = """
.yj-name { font-size: 1.4rem; font-weight: 700; margin: 0; }
.yj-slogan { color: var(--yj-quiet); margin: 0; }
:root { --yj-quiet: #55585f; }
.dark { --yj-quiet: #b4b7bd; }
/* Gradio's orange and its placeholders are too pale to be read on white. */
.gradio-container { --color-accent: #c2410c; --input-placeholder-color: var(--yj-quiet); }
.dark .gradio-container { --color-accent: #fb923c; }
/* Gradio insets HTML even where it is told not to; what is ours lines up with what is its own. */
.gradio-container .html-container { padding: 0; }
.block:has(> .html-container):not(:has(> .html-container > div > *)) { display: none; }
.yj-note { margin: 0; }
.yj-note + svg { margin-top: .6rem; }
.yj-turn { border-bottom: 1px solid var(--border-color-primary); padding: .8rem 0; }
.yj-asked { font-weight: 600; margin: 0 0 .4rem; }
.yj-understood, .yj-source, .yj-near, .yj-actions span {
  color: var(--yj-quiet); font-size: .85rem; }
.yj-words { font-size: 1.25rem; font-weight: 650; margin: .2rem 0; overflow-wrap: anywhere; }
.yj-written { font-size: 1.05rem; margin: .2rem 0; overflow-wrap: anywhere; }
#yj-problem:not(:has(.yj-note)), #yj-limits:not(:has(.yj-note)) { display: none; }
.yj-dropped { font-size: .85rem; color: var(--yj-quiet); margin: .4rem 0; }
.yj-dropped summary { cursor: pointer; }
.yj-dropped li { font-style: italic; overflow-wrap: anywhere; }
.yj-writing::before { content: ""; display: inline-block; width: .6rem; height: .6rem;
  margin-right: .4rem; border-radius: 50%; background: var(--color-accent);
  animation: yj-writing 1.2s ease-in-out infinite alternate; }
@keyframes yj-writing { from { opacity: .2; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .yj-writing::before { animation: none; } }
.yj-other { font-weight: 400; font-size: 1rem; }
.yj-cited { margin: .6rem 0; display: grid; grid-template-columns: auto 1fr; gap: .1rem .5rem; }
.yj-cited > button { align-self: start; grid-row: 1 / span 2; }
.yj-cited > :not(button) { grid-column: 2; }
.yj-cited > span { padding-left: calc(.6rem + 3px); }
.yj-cited blockquote { margin: 0 !important; border-left: 3px solid var(--border-color-primary);
  padding-left: .6rem; overflow-wrap: anywhere; }
.yj-turn button, .yj-close button {
  border: 1px solid var(--border-color-primary); border-radius: .4rem; padding: 0 .5rem;
  font-weight: 500; min-height: 1.7rem; cursor: pointer; font-size: .85rem;
  background: var(--background-fill-secondary); color: var(--body-text-color); }
.yj-turn button:hover, .yj-turn button:focus-visible, .yj-close button:hover,
.yj-close button:focus-visible { outline: 2px solid var(--color-accent); }
.yj-quote:focus { outline: none; }
.yj-actions { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .4rem 0 0; }
.yj-table { border-collapse: collapse; margin: .5rem 0; }
.yj-table caption { text-align: left; color: var(--yj-quiet); font-size: .85rem; }
.yj-table td, .yj-table th { border: 1px solid var(--border-color-primary); padding: .2rem .6rem;
  overflow-wrap: anywhere; }
.yj-table th { text-align: left; }
.yj-left-out td:first-child { white-space: nowrap; }
.yj-list { overflow-wrap: anywhere; }
#yj-compared { overflow-x: auto; }
#yj-compared td, #yj-compared th { overflow-wrap: normal; white-space: nowrap; }
.yj-warning { color: #9a4b00; font-size: .85rem; margin: .1rem 0; }
.dark .yj-warning { color: #ffb266; }
mark.yj-answering { background: #ffe08a; color: #1c1400; border-radius: .2rem; padding: 0 .1rem; }
mark.yj-figure { background: none; color: inherit;
  text-decoration: underline dotted var(--body-text-color-subdued); }
.yj-quote { background: color-mix(in srgb, var(--color-accent) 14%, transparent);
  box-decoration-break: clone; -webkit-box-decoration-break: clone; border-radius: .2rem; }
.yj-opened { max-height: 80vh; overflow-y: auto; }
.yj-document:focus { outline: none; }
.yj-close { position: sticky; top: 0; z-index: 1; margin: 0 0 .4rem; padding: .2rem 0;
  text-align: right; background: var(--body-background-fill); }
/* Questions to begin with are whole, and go when the conversation has begun. */
#yj-asking:has(.yj-turn) #yj-examples { display: none; }
#yj-examples button { white-space: normal; text-align: left; overflow-wrap: anywhere;
  max-width: 100%; }
/* Hidden, as Gradio has it, would make the page what sticks, instead of the window. */
.gradio-container { overflow: clip !important; }
@media (min-width: 768px) {
  #yj-beside, .yj-beside { position: sticky; top: .5rem; align-self: flex-start; }
}
.yj-document h3 { margin: 0; overflow-wrap: anywhere; }
.yj-text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6; }
.yj-shelf { max-height: 70vh; overflow-y: auto; border-radius: .4rem;
  border: 1px solid var(--border-color-primary); }
.yj-rows { width: 100%; border-collapse: collapse; table-layout: fixed; margin: 0; }
.yj-rows th { position: sticky; top: 0; text-align: left; padding: 0;
  background: var(--background-fill-secondary); box-shadow: 0 1px var(--border-color-primary); }
.yj-rows th:nth-child(2) { width: 24%; }
.yj-rows th:nth-child(3) { width: 7rem; }
.yj-rows th:nth-child(4) { width: 6.5rem; }
.yj-rows th button { width: 100%; padding: .5rem .7rem; text-align: left; font-size: .85rem;
  font-weight: 600; white-space: nowrap; }
.yj-rows td { padding: .5rem .7rem; vertical-align: top; overflow-wrap: anywhere;
  border-top: 1px solid var(--border-color-primary); }
.yj-rows td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
.yj-rows th:last-child button { text-align: right; }
.yj-rows td button { text-align: left; font-weight: 500; overflow-wrap: anywhere; }
.yj-rows tbody tr { cursor: pointer; }
.yj-rows tbody tr:hover { background: var(--background-fill-secondary); }
.yj-rows .yj-chosen { background: var(--background-fill-secondary);
  box-shadow: inset 3px 0 0 var(--color-accent); }
.yj-rows button:focus-visible { outline: 2px solid var(--color-accent); outline-offset: -2px; }
.yj-file, .yj-rows .yj-warning { display: block; font-size: .85rem; color: var(--yj-quiet); }
@media (max-width: 767px) {
  .yj-shelf { max-height: 60vh; }
  .yj-rows, .yj-rows thead, .yj-rows tbody { display: block; }
  .yj-rows thead { position: sticky; top: 0; box-shadow: 0 1px var(--border-color-primary);
    background: var(--background-fill-secondary); }
  .yj-rows thead tr { display: flex; overflow-x: auto; }
  .yj-rows th { width: auto !important; box-shadow: none; }
  .yj-rows tbody tr { display: block; padding: .5rem .7rem;
    border-top: 1px solid var(--border-color-primary); }
  .yj-rows td { display: inline; padding: 0; border: 0; font-size: .85rem;
    color: var(--yj-quiet); }
  .yj-rows td:first-child { display: block; font-size: 1rem; color: inherit; }
  .yj-rows td:not(:first-child):not(:empty) + td:not(:empty)::before { content: " · "; }
  .yj-rows td:last-child { display: none; }
  .yj-rows th:last-child { display: none; }
}
.yj-map { display: block; width: 100%; height: auto; border-radius: .4rem;
  border: 1px solid var(--border-color-primary); }
.yj-map circle { cursor: pointer; fill-opacity: .8; stroke: transparent; stroke-width: 4;
  pointer-events: all; }
.yj-map .yj-hit { fill-opacity: 1; stroke: var(--body-text-color); stroke-width: 3; }
.yj-map circle:hover, .yj-map circle:focus-visible, .yj-map .yj-chosen {
  fill-opacity: 1; stroke: var(--color-accent); stroke-width: 4; outline: none; }
@media (max-width: 767px) {
  .yj-map circle { r: 16px; }
  .yj-map .yj-hit { r: 22px; }
  .yj-many circle { r: 9px; }
  .yj-many .yj-hit { r: 15px; }
}
.yj-legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr));
  gap: .2rem 1rem; list-style: none; padding: 0;
  margin: .5rem 0; font-size: .85rem; }
.yj-legend li { max-width: 100%; margin: 0; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.yj-legend span { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%;
  margin-right: .4rem; }
"""
