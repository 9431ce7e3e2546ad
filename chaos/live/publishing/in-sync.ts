/** The list that kcat gives of all partitions: is every copy as far as its leader? */

export function areInSync(lines: readonly string[]): boolean {
  const partitions = lines.flatMap(line => {
    const found = /replicas: ([\d,]+), isrs: ([\d,]*)/.exec(line)
    return found === null ? [] : [found.slice(1).map(list => list.split(',').length)]
  })
  return partitions.length > 0 && partitions.every(([copies, inSync]) => copies === inSync)
}
