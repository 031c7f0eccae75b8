module compare

go 1.23.0

require github.com/np-guard/netpol-analyzer v1.4.2 // indirect
