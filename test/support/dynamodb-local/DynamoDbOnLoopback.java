import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;

/**
 * DynamoDB Local in memory, on a free port of the loopback address, until standard input ends. The
 * launcher that comes with it listens on all addresses, and sends its maker news of each start.
 */
public class DynamoDbOnLoopback {
  public static void main(String[] arguments) throws Exception {
    int bytesOfPage = 0;
    boolean inMemory = true;
    boolean oneForAllCallers = true;
    boolean slowTables = false;
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    server.setHandler(
        new LocalDynamoDBServerHandler(
            new LocalDynamoDBRequestHandler(bytesOfPage, inMemory, null, oneForAllCallers, slowTables), "*"));
    server.start();
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    System.out.println("{\"port\":" + port + "}");
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
