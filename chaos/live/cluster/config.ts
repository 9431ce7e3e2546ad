/** What each node of a drill is told: addresses on loopback, and a proxy for each peer. */

export interface NodePlan {
  readonly id: string
  /** Where it takes connections of peers and clients. */
  readonly listen: string
  readonly http: string
  readonly data: string
}

/** `dial`: the address at which this node reaches each of the others. */
export type Dial = Readonly<Record<string, string>>

/** JSON, which is YAML too. One node founds the cluster, once; everybody names everybody. */
export function configOf(
  plan: NodePlan,
  all: readonly NodePlan[],
  { dial, groups }: { readonly dial: Dial; readonly groups: number },
): string {
  const { id, listen, http, data } = plan
  const others = all.filter(other => other.id !== id).map(other => other.listen)
  const config = {
    id,
    listen,
    advertise: listen,
    http,
    data,
    join: others,
    bootstrap: all[0]?.id === id,
    groups,
    dial,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
