import { escaped } from './svg.js';

export interface HtmlPage {
  title: string;
  /** Below the heading, plain text. */
  subtitle: string;
  style: string;
  /** HTML. */
  body: string;
  /** HTML before what is shown: definitions of drawings that refer to them. */
  before?: string;
  /** HTML behind what is shown: data and scripts of a page that answers. */
  after?: string;
}

/** One self-contained HTML document: nothing is loaded from anywhere. */
export const htmlPage = ({
  title,
  subtitle,
  style,
  body,
  before = '',
  after = '',
}: HtmlPage): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
${before}<main>
<h1>${escaped(title)}</h1>
<p class="muted">${escaped(subtitle)}</p>
${body}
</main>
${after}</html>
`;

/** Definitions of drawings: they take no room. */
export const svgDefinitions = (definitions: string): string =>
  `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${definitions}</defs></svg>\n`;
