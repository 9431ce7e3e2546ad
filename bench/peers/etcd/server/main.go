// The etcd server as its own module starts it. That module replaces others by folders beside it,
// so it cannot be installed by name and version; required from here, it can be built.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
