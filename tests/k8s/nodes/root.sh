# Makes the root that a container sees, and runs its command there: as process 1 of its own, as user 10001, read-only.
# Its standard input is a pipe that is told when the command begins.
set -e
cd "$NODE_ROOT"
mount -t tmpfs -o size=64m tmpfs .
cd "$NODE_ROOT"
mkdir -p usr etc/ssl dev proc tmp opt/bluecore-consumer var/tmp
for each in bin lib lib64 sbin; do
  if [ -L "/$each" ]; then ln -s "$(readlink "/$each")" "$each"; else mkdir "$each"; mount --bind "/$each" "$each"; fi
done
mount --bind /usr usr; mount -o remount,bind,ro usr
mount --bind /etc/ssl etc/ssl
case "$NODE_PYTHON" in
  /usr*) ;;
  *) mkdir -p ".$NODE_PYTHON"; mount --bind "$NODE_PYTHON" ".$NODE_PYTHON" ;;
esac
mount --rbind /dev dev
mount -t proc proc proc
mount --bind "$NODE_IMAGE" opt/bluecore-consumer; mount -o remount,bind,ro opt/bluecore-consumer
printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'app:x:10001:10001:app:/:/bin/sh' > etc/passwd
printf '%s\n' 'root:x:0:' 'app:x:10001:' > etc/group
cp "$NODE_HOSTS" etc/hosts
printf 'hosts: files\n' > etc/nsswitch.conf
cp /etc/ld.so.cache etc/ 2>/dev/null || true
while read -r from to mode; do
  [ -n "$from" ] || continue
  mkdir -p ".$to"; mount --bind "$from" ".$to"
  if [ "$mode" = ro ]; then mount -o remount,bind,ro ".$to"; fi
done < "$NODE_MOUNTS"
mount -o remount,ro .
root=$NODE_ROOT workdir=$NODE_WORKDIR
unset NODE_IMAGE NODE_HOSTS NODE_MOUNTS NODE_PYTHON NODE_ROOT NODE_WORKDIR OLDPWD PWD SHLVL _
exec /usr/sbin/chroot --userspec=10001:10001 --groups=10001 "$root" \
  /bin/sh -c 'cd "$0" && echo >&0 && exec "$@" </dev/null' "$workdir" "$@"
