import java.io.BufferedReader;
import java.io.InputStreamReader;
import software.amazon.event.ruler.Ruler;

/** Reads a pattern in the first line and an event in each further one; prints whether EventBridge's engine matches it. */
public class MatchEvents {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    String pattern = in.readLine();
    for (String event = in.readLine(); event != null; event = in.readLine()) {
      System.out.println(Ruler.matchesRule(event, pattern));
    }
  }
}
