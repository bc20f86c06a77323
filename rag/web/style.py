"""How the page looks, in light and in dark, wide and narrow."""

CSS = """
.yj-name { font-size: 1.4rem; font-weight: 700; margin: 0; }
.yj-slogan { color: var(--yj-quiet); margin: 0; }
:root { --yj-quiet: #55585f; }
.dark { --yj-quiet: #b4b7bd; }
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
.yj-cited > button { align-self: start; }
.yj-cited > :not(button) { grid-column: 2; }
.yj-cited blockquote { margin: 0 !important; border-left: 3px solid var(--border-color-primary);
  padding-left: .6rem; overflow-wrap: anywhere; }
.yj-turn button { border: 1px solid var(--border-color-primary); border-radius: .4rem;
  padding: 0 .5rem; min-height: 1.7rem; cursor: pointer; font-size: .85rem;
  background: var(--background-fill-secondary); color: var(--body-text-color); }
.yj-turn button:hover, .yj-turn button:focus-visible { outline: 2px solid var(--color-accent); }
.yj-quote:focus { outline: none; }
.yj-actions { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .4rem 0 0; }
.yj-table { border-collapse: collapse; margin: .5rem 0; }
.yj-table caption { text-align: left; color: var(--yj-quiet); font-size: .85rem; }
.yj-table td, .yj-table th { border: 1px solid var(--border-color-primary); padding: .2rem .6rem;
  overflow-wrap: anywhere; }
.yj-table th { text-align: left; }
.yj-list { overflow-wrap: anywhere; }
#yj-compared { overflow-x: auto; }
#yj-compared td, #yj-compared th { overflow-wrap: normal; white-space: nowrap; }
.yj-warning { color: #9a4b00; font-size: .85rem; margin: .1rem 0; }
.dark .yj-warning { color: #ffb266; }
mark.yj-answering { background: #ffe08a; color: #1c1400; border-radius: .2rem; padding: 0 .1rem; }
mark.yj-figure { background: none; color: inherit;
  text-decoration: underline dotted var(--body-text-color-subdued); }
.yj-quote { background: var(--background-fill-secondary);
  box-shadow: -4px 0 0 var(--color-accent); }
#yj-opened, #yj-shown { max-height: 80vh; overflow-y: auto; }
/* Hidden, as Gradio has it, would make the page what sticks, instead of the window. */
.gradio-container { overflow: clip !important; }
@media (min-width: 768px) {
  #yj-beside { position: sticky; top: .5rem; align-self: flex-start; }
}
.yj-document h3 { margin: 0; overflow-wrap: anywhere; }
.yj-text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.6; }
#yj-map-opened { max-height: 80vh; overflow-y: auto; }
.yj-map { display: block; width: 100%; height: auto; border-radius: .4rem;
  border: 1px solid var(--border-color-primary); }
.yj-map circle { cursor: pointer; fill-opacity: .8; stroke: transparent; stroke-width: 4;
  pointer-events: all; }
.yj-map .yj-hit { fill-opacity: 1; stroke: var(--body-text-color); stroke-width: 3; }
.yj-map circle:hover, .yj-map circle:focus-visible, .yj-map .yj-chosen {
  fill-opacity: 1; stroke: var(--color-accent); stroke-width: 4; outline: none; }
.yj-legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: 0;
  margin: .5rem 0; font-size: .85rem; }
.yj-legend li { max-width: 100%; margin: 0; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.yj-legend span { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%;
  margin-right: .4rem; }
"""
