/**
 * What to write for a span: its name, and for an HTTP span whose name is but the method, the path too. Names are kept
 * few for the sake of those who count them; someone who looks at one trace wants to know which request it was.
 */
export function httpLabel(name: string, attribute: (key: string) => string | undefined): string {
  if (name !== attribute("http.request.method")) return name;
  const path = attribute("url.path") ?? pathOf(attribute("url.full"));
  return path === undefined ? name : `${name} ${path}`;
}

function pathOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : undefined;
}
