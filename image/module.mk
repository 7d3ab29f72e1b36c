image-lib-y :=
