// Package rpc is the door between nodes: one gRPC server on the node's rpc
// address. Nodes do not speak to each other yet, so it answers only the standard
// health service (grpc.health.v1.Health), by which a supervisor or a future peer
// finds out that the node is there and serves.
package rpc

import (
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// maxMessage bounds a request in bytes.
const maxMessage = 64 << 10

// Server answers other nodes. It is safe for concurrent use.
type Server struct {
	grpc   *grpc.Server
	health *health.Server
	served chan error
}

// Serve answers on l, which it closes, until Close. It says NOT_SERVING until
// Ready.
func Serve(l net.Listener) *Server {
	s := &Server{
		grpc:   grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxConcurrentStreams(128)),
		health: health.NewServer(),
		served: make(chan error, 1),
	}
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	healthpb.RegisterHealthServer(s.grpc, s.health)
	go func() { s.served <- s.grpc.Serve(l) }()
	return s
}

// Ready makes the health service say SERVING.
func (s *Server) Ready() { s.health.SetServingStatus("", healthpb.HealthCheckResponse_SERVING) }

// Close tells watchers that the node goes down and stops.
func (s *Server) Close() error {
	s.health.Shutdown()
	s.grpc.Stop()
	return <-s.served
}
