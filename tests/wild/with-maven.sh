# To be sourced: `with_maven GROUP:ARTIFACT:VERSION ...` puts these and what they need into ./lib.
with_maven() {
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>record</groupId><artifactId>record</artifactId><version>1</version><packaging>pom</packaging><dependencies>'
    local artifact group name number
    for artifact in "$@"; do
      IFS=: read -r group name number <<<"$artifact"
      echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$number</version></dependency>"
    done
    echo '</dependencies></project>'
  } >pom.xml
  nice -n 15 mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=lib >maven.txt || { cat maven.txt >&2; exit 1; }
}
