/** A contract's storage as text: a line a variable, slot and first byte, and below it the words of its structs. */

interface Variable {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

/** As solc tells it. */
export interface StorageLayout {
  readonly storage: readonly Variable[];
  readonly types: Readonly<
    Record<string, { readonly label: string; readonly members?: readonly Variable[]; readonly value?: string }>
  > | null;
}

/** The layout of one contract; solc's numbers of syntax nodes, which change with every edit, are left out. */
export function layoutText(name: string, { storage, types }: StorageLayout): string {
  const lines = [name];
  const tell = ({ label, slot, offset, type }: Variable, indent: string, seen: readonly string[]): void => {
    const about = types?.[type];
    lines.push(`${indent}${slot}.${offset} ${label}: ${about?.label ?? type}`);
    let inner = type;
    for (let next = types?.[inner]?.value; next !== undefined; next = types?.[inner]?.value) inner = next;
    if (seen.includes(inner)) return;
    for (const member of types?.[inner]?.members ?? []) tell(member, `${indent}  `, [...seen, inner]);
  };
  for (const variable of storage) tell(variable, '  ', []);
  return `${lines.join('\n')}\n`;
}
