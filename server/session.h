// The capabilities of a connection: the bootstrap, and what a session hands out.
//
// Holding a capability is the permission. Who somebody is comes with the identity issue: until then
// login believes the name it is told, which is why a server listens on loopback only.
//
// Threads: the RPC thread only.
#pragma once

#include <kj/async.h>

#include "server/api/docket.capnp.h"
#include "server/views_server.h"

namespace docket::server {

// The bootstrap capability. `services` outlives it.
api::Docket::Client makeBootstrap(const RpcServices& services);

}  // namespace docket::server
