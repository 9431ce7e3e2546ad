/** What nodes say of their groups over HTTP, as far as drills and benchmarks want to know it. */

export interface GroupStatus {
  /** By name; on the wire of the key-value service it is its `id`. */
  readonly group: string
  readonly id: number
  readonly node: string
  readonly role: string
  readonly term: number
  /** The index of the last entry in its log. */
  readonly last: number
  /** The index of its newest image. */
  readonly snapshot: number
  readonly members: readonly { readonly node?: string; readonly kind: string }[]
}

/** Are the replicas equal that are known; are all known. */
export interface Comparison {
  readonly equal: boolean
  readonly complete: boolean
}

const ASK_MS = 2000

async function asked<T>(url: string): Promise<T | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) })
    return answer.ok ? ((await answer.json()) as T) : undefined
  } catch {
    // Dead, stopped or not yet there: a drill makes nodes so.
    return undefined
  }
}

interface Groups {
  readonly groups: readonly GroupStatus[]
}

/** The replicas of one node; undefined: it does not say. */
export async function replicasOf(
  node: string,
  http: string,
): Promise<readonly GroupStatus[] | undefined> {
  const url = `http://${http}/v1/raft?node=${encodeURIComponent(node)}`
  return (await asked<Groups>(url))?.groups
}

/** Each group once, by its leader if it has one. */
export async function groupsAt(http: string): Promise<readonly GroupStatus[]> {
  return (await asked<Groups>(`http://${http}/v1/raft`))?.groups ?? []
}

export function compareReplicas(http: string, group: string): Promise<Comparison | undefined> {
  return asked<Comparison>(`http://${http}/v1/raft/${group}/hash`)
}

export const ledBy = (replicas: readonly GroupStatus[] | undefined): readonly number[] =>
  (replicas ?? []).filter(({ role }) => role === 'leader').map(({ id }) => id)

/** A group should have all its voters and nobody else; undefined: it has. */
export function lackOf({ group, role, members }: GroupStatus, nodes: number): string | undefined {
  if (role !== 'leader') return `${group} has no leader`
  const voters = members.filter(({ kind }) => kind === 'voter').length
  const isWhole = voters === nodes && members.length === nodes
  return isWhole ? undefined : `${group} has ${voters} voters among ${members.length} members`
}

/** Asks that `to` may lead; false: it came to nothing. */
export async function transfer(http: string, group: string, to: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://${http}/v1/raft/${group}/transfer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to }),
      signal: AbortSignal.timeout(ASK_MS),
    })
    return answer.ok
  } catch {
    // No answer in time: whoever asks looks again who leads.
    return false
  }
}
