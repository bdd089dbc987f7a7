/**
 * Program and arguments of a command line: words between spaces, 'quoted' or "quoted" where they hold some, and nothing
 * else that a shell would do; with `shell`, the whole line for /bin/sh. Throws for a line without a word or an open quote.
 */
export function argvOf(line: string, shell: boolean): readonly string[] {
  if (shell) return ['/bin/sh', '-c', line];
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word);
  const rest = line.replace(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g, '').trim();
  if (words.length === 0 || rest !== '')
    throw new Error(
      `have “${line}”, need a program and its arguments, every quote closed; --shell for what only a shell can do`,
    );
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}
