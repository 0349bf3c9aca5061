import { escaped } from './svg.js';

export interface HtmlPage {
  title: string;
  /** Below the heading, plain text. */
  subtitle: string;
  style: string;
  /** HTML. */
  body: string;
}

/** One self-contained HTML document: no script, nothing loaded from anywhere. */
export const htmlPage = ({ title, subtitle, style, body }: HtmlPage): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
<main>
<h1>${escaped(title)}</h1>
<p class="muted">${escaped(subtitle)}</p>
${body}
</main>
</html>
`;
