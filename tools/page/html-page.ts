import { escaped } from './svg.js';

export interface HtmlPage {
  title: string;
  /** Shown below the heading, plain text. */
  subtitle: string;
  style: string;
  /** HTML. */
  body: string;
  /** HTML before the content: definitions that its drawings refer to. */
  before?: string;
  /** HTML after the content: data and scripts of an interactive page. */
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

/** Definitions that drawings refer to; they take no space. */
export const svgDefinitions = (definitions: string): string =>
  `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>${definitions}</defs></svg>\n`;
