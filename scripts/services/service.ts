/**
 * What a service is: a program that others wrote, built from a public package into the cache, and
 * run on loopback for tests and benchmarks. Each is one file beside this one and a place in
 * `services.ts`; whoever builds, starts and ends them knows nothing of any of them.
 */

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** How the programs of a service are made. */
export interface Recipe {
  /** Tells one product from another: its folder in the cache bears it. */
  readonly edition: string
  /** Programs that must be on the path. */
  readonly needs: readonly string[]
  /** Run one after the other; what they leave in `folder` is the product. */
  commands(folder: string): readonly Command[]
}

/** Where a service finds itself. */
export interface Place {
  /** The product of its recipe. */
  readonly programs: string
  /** As many as it asked for, free a moment ago. */
  readonly ports: readonly number[]
  /** Empty, and its own. */
  readonly data: string
}

/** Started in order; it is up when every `url` answers with a status below 400. */
export interface Run {
  readonly processes: readonly Command[]
  readonly urls: readonly string[]
  /** What users of the service are told. */
  readonly address: string
}

export interface Service {
  readonly name: string
  /** The environment variable that names one which is there already; its value is an address. */
  readonly variable: string
  readonly recipe: Recipe
  readonly ports: number
  run(place: Place): Run
}
