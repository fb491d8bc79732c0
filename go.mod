module rfc6455

go 1.26
